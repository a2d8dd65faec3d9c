package gormauthz

// This file defines what a query leaves out of the rows that it reads: columns that its
// SELECT does not name, and related rows that a Preload does not load. Decisions ask for it
// by rowInfo.

import (
	"maps"
	"reflect"
	"regexp"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// A rowInfo is the authz.RowInfo of a model's class.
type rowInfo struct {
	models *models
	model  *model
}

// Partial implements authz.RowInfo.
func (i *rowInfo) Partial(row any, field string) bool {
	if i.model.severalRows[field] {
		return true
	}
	n := rows.of(reflect.ValueOf(row))
	return n != nil && (n.isUnread(field) || n.loose[field])
}

// isUnread reports whether a column was not read: that of a field, one in a field that is an
// embedded struct, or any if field is "".
func (n *note) isUnread(field string) bool {
	if n.unread[field] || field == "" && len(n.unread) > 0 {
		return true
	}
	for path := range n.unread {
		if len(path) > len(field) && path[len(field)] == '.' && path[:len(field)] == field {
			return true
		}
	}
	return false
}

// readingKey is the name of the setting that holds the reading of a statement. GORM gives its
// preloads the same settings.
const readingKey = "gormauthz:reading"

// A reading is one query together with its preloads.
type reading struct {
	stmt *gorm.Statement
	// What preloads left out of rows, by their type. GORM copies such rows into the fields of
	// others, so that they are noted only when the query is finished.
	preloaded map[reflect.Type]note
}

// beforeReading lets a query know of what its preloads do.
func (ms *models) beforeReading(db *gorm.DB) {
	stmt := db.Statement
	if len(stmt.Preloads)+len(stmt.Joins) == 0 {
		return
	}
	if _, ok := stmt.Settings.Load(readingKey); !ok {
		stmt.Settings.Store(readingKey, &reading{stmt: stmt, preloaded: make(map[reflect.Type]note)})
	}
}

// afterReading notes what a query and its preloads have left out.
func (ms *models) afterReading(db *gorm.DB) {
	stmt := db.Statement
	x, _ := stmt.Settings.Load(readingKey)
	r, _ := x.(*reading)
	if r != nil && r.stmt == stmt {
		defer stmt.Settings.Delete(readingKey)
	}
	m := ms.ofType(structType(typeOf(stmt.ReflectValue)))
	if m == nil || db.RowsAffected == 0 {
		return
	}
	own := note{unread: m.unread(stmt), loose: m.loose(stmt)}
	if r != nil && r.stmt != stmt { // a preload
		r.add(m.typ, own)
		return
	}
	if r != nil {
		r.addJoins(stmt)
	}
	if ms.shared.Load() {
		own.from = ms
	}
	var n *note
	if !own.isEmpty() {
		n = &own
	}
	each(stmt.ReflectValue, func(row reflect.Value) { rows.set(row, n) })
	if r != nil && (own.from != nil || len(r.preloaded) > 0) {
		ms.noteRelated(stmt.ReflectValue, r.preloaded, own.from)
	}
}

func typeOf(v reflect.Value) reflect.Type {
	if !v.IsValid() {
		return nil
	}
	return v.Type()
}

// add merges a note on preloaded rows into those on the same type.
func (r *reading) add(t reflect.Type, n note) {
	if n.isEmpty() {
		return
	}
	old := r.preloaded[t]
	r.preloaded[t] = note{unread: union(old.unread, n.unread), loose: union(old.loose, n.loose)}
}

func union(a, b map[string]bool) map[string]bool {
	c := make(map[string]bool, len(a)+len(b))
	maps.Copy(c, a)
	maps.Copy(c, b)
	return c
}

// addJoins adds what nested joins leave out of the rows in between: the last relation of a
// name like "Author.Manager" is one of the authors'.
func (r *reading) addJoins(stmt *gorm.Statement) {
	for _, j := range stmt.Joins {
		if len(j.Selects)+len(j.Omits) == 0 {
			continue
		}
		rels := &stmt.Schema.Relationships
		for name := range strings.SplitSeq(j.Name, ".") {
			rel := rels.Relations[name]
			if rel == nil {
				break
			}
			owner := rel.Schema.ModelType
			r.add(owner, note{loose: map[string]bool{goPath(owner, rel.Field.BindNames): true}})
			rels = &rel.FieldSchema.Relationships
		}
	}
}

// each calls f with a pointer to each row in v: a struct, or a slice or array of structs or of
// pointers to them.
func each(v reflect.Value, f func(row reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		if v.CanAddr() {
			f(v.Addr())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			row := v.Index(i)
			for row.Kind() == reflect.Pointer && !row.IsNil() {
				row = row.Elem()
			}
			if row.Kind() == reflect.Struct && row.CanAddr() {
				f(row.Addr())
			}
		}
	}
}

// noteRelated notes the rows that have been loaded into the relations of the rows in v, and
// those that are loaded into theirs.
func (ms *models) noteRelated(v reflect.Value, notes map[reflect.Type]note, from *models) {
	made := make(map[reflect.Type]*note)
	seen := make(map[any]bool)
	var queue []reflect.Value
	visit := func(row reflect.Value) {
		if key := row.Interface(); !seen[key] { // a pointer
			seen[key] = true
			queue = append(queue, row)
		}
	}
	each(v, visit)
	for roots := len(queue); len(queue) > 0; roots-- {
		row := queue[0]
		queue = queue[1:]
		m := ms.ofType(row.Type().Elem())
		if m == nil {
			continue
		}
		if roots <= 0 {
			n := made[m.typ]
			if n == nil {
				n = &note{from: from, unread: notes[m.typ].unread, loose: notes[m.typ].loose}
				made[m.typ] = n
			}
			if !n.isEmpty() {
				rows.set(row, n)
			}
		}
		for _, rel := range m.relations {
			if field, ok := fieldOf(row.Elem(), rel.gorm.Field); ok {
				each(field, visit)
			}
		}
	}
}

// fieldOf returns the rows in the field of an association, or false if it is empty.
func fieldOf(row reflect.Value, f *schema.Field) (reflect.Value, bool) {
	for _, name := range f.BindNames {
		if row = deref(row); row.Kind() != reflect.Struct {
			return reflect.Value{}, false
		}
		row = row.FieldByName(name)
	}
	row = deref(row)
	return row, row.Kind() == reflect.Struct || row.Kind() == reflect.Slice || row.Kind() == reflect.Array
}

// deref follows pointers. The result is a nil pointer if one of them is.
func deref(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return v
}

// loose returns the relations of the rows of a query that its preloads and joins may have
// loaded in part, or with rows that are not related. Names are compared roughly: a relation
// that is loose by mistake is only fetched again.
func (m *model) loose(stmt *gorm.Statement) map[string]bool {
	if len(stmt.Preloads)+len(stmt.Joins) == 0 {
		return nil
	}
	restricted := false
	if p := pluginOf(stmt.DB); p != nil {
		_, restricted = p.actionOf(stmt, actionRead)
	}
	loose := make(map[string]bool)
	for _, r := range m.relations {
		for name, conds := range stmt.Preloads {
			if !mentions(name, r.gorm.Name) {
				continue
			}
			// To-one relations that are hidden are nil, and fetched anyway. With Unscoped,
			// deleted rows are loaded, too.
			if len(conds) > 0 || restricted && r.many || stmt.Unscoped || stmt.DB.Error != nil {
				loose[r.name] = true
			}
		}
		for _, j := range stmt.Joins {
			if mentions(j.Name, r.gorm.Name) && (len(j.Selects)+len(j.Omits) > 0 || j.Expression != nil || stmt.Unscoped) {
				loose[r.name] = true
			}
		}
	}
	return loose
}

// mentions reports whether the dotted name of a preload or join may concern a relation.
func mentions(name, relation string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if part == relation || part == clause.Associations {
			return true
		}
	}
	return false
}

// unread returns the columns that a query does not read, nil if it reads all of them. A column
// counts as read only if the list of the SELECT names it in a way that is understood.
func (m *model) unread(stmt *gorm.Statement) map[string]bool {
	read := make(map[string]bool)
	switch e := stmt.Clauses["SELECT"].Expression.(type) {
	case clause.Select:
		if len(e.Columns) == 0 {
			read["*"] = true
		}
		for _, c := range e.Columns {
			switch {
			case c.Raw:
				addColumns(read, c.Name, stmt.Table)
			case (c.Table == "" || c.Table == stmt.Table || c.Table == clause.CurrentTable) && c.Alias == "":
				read[c.Name] = true
			}
		}
	case clause.Expr:
		addColumns(read, e.SQL, stmt.Table)
	case clause.NamedExpr:
		addColumns(read, e.SQL, stmt.Table)
	case nil:
		if list := rawSelect.FindStringSubmatch(stmt.SQL.String()); list != nil {
			addColumns(read, list[1], "")
		}
	}
	if read["*"] {
		return m.unreadable
	}
	unread := make(map[string]bool)
	for path, c := range m.columns {
		if !c.Readable || !read[c.DBName] {
			unread[path] = true
		}
	}
	return unread
}

// rawSelect matches the list of a SELECT that the program wrote itself.
var rawSelect = regexp.MustCompile(`(?is)^\s*SELECT\s+(.*?)\s+FROM\s`)

// distinct matches a word outside of the list of a SELECT.
var distinct = regexp.MustCompile(`(?i)^\s*DISTINCT\s+`)

// plainColumn matches a column, or * for all of them, in the list of a SELECT.
var plainColumn = regexp.MustCompile("^(?:[\"`]?(\\w+)[\"`]?\\.)?[\"`]?(\\w+|\\*)[\"`]?$")

// addColumns adds the columns of a table, or of any table if it is "", that the list of a
// SELECT names at its beginning. It does not parse SQL: what follows the first parenthesis or
// quoted text is ignored.
func addColumns(read map[string]bool, list, table string) {
	list = distinct.ReplaceAllString(list, "")
	if i := strings.IndexAny(list, "('"); i >= 0 {
		list = list[:max(strings.LastIndexByte(list[:i], ','), 0)]
	}
	for item := range strings.SplitSeq(list, ",") {
		m := plainColumn.FindStringSubmatch(strings.TrimSpace(item))
		if m != nil && (m[1] == "" || m[1] == table || table == "") {
			read[m[2]] = true
		}
	}
}
