package gormauthz

// This file defines which to-one relations have one row at most. Only these mean the same in a
// list, which finds a row if any related row fits, and in a decision, which needs to know the
// related row.

import (
	"slices"
	"strings"

	"gorm.io/gorm/schema"
)

// isUnique reports whether the model's tags say that a to-one relation has one row at most:
// the columns that connect the rows contain the primary key of the target, or the columns of
// a unique index.
func isUnique(r *schema.Relationship) bool {
	target := r.FieldSchema
	var linked []*schema.Field
	for _, p := range pairs(r) {
		linked = append(linked, p.link)
	}
	covers := func(fields []*schema.Field) bool {
		return len(fields) > 0 && !slices.ContainsFunc(fields, func(f *schema.Field) bool { return !slices.Contains(linked, f) })
	}
	if covers(target.PrimaryFields) || slices.ContainsFunc(linked, func(f *schema.Field) bool { return f.Unique }) {
		return true
	}
	for _, index := range target.ParseIndexes() {
		if index.Class != "UNIQUE" || !isOfLiveRows(index.Where, target) {
			continue
		}
		var fields []*schema.Field
		for _, f := range index.Fields {
			if f.Expression != "" {
				fields = append(fields, nil) // in no relation
				continue
			}
			fields = append(fields, f.Field)
		}
		if covers(fields) {
			return true
		}
	}
	return false
}

// isOfLiveRows reports whether the condition of an index holds for all rows that a relation
// leads to: there is none, or it leaves out those that are deleted softly.
func isOfLiveRows(where string, s *schema.Schema) bool {
	if where == "" {
		return true
	}
	column, ok := strings.CutSuffix(strings.ToLower(strings.Join(strings.Fields(where), " ")), " is null")
	if !ok {
		return false
	}
	f := s.FieldsByDBName[column]
	return f != nil && f.FieldType.PkgPath() == "gorm.io/gorm" && f.FieldType.Name() == "DeletedAt"
}

// severalRows says what to do about a to-one relation that is not unique.
func severalRows(r *schema.Relationship) string {
	var columns []string
	for _, p := range pairs(r) {
		columns = append(columns, p.link.DBName)
	}
	return "the to-one association " + r.Name + " of " + r.Schema.ModelType.String() +
		", which may have several rows (make " + strings.Join(columns, ", ") + " of " + r.FieldSchema.Table + " unique, and say so with the tag uniqueIndex)"
}
