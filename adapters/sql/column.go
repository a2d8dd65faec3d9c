package sqlauthz

// This file defines columns: which SQL type the values of a field have in the
// database, and how values become parameters that compare exactly with them.

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ursa-authz/ursa/adapters/internal/answer"
	"github.com/ursa-authz/ursa/authz/filter"
)

// A kind is a family of column types that compare in one way.
type kind uint8

const (
	kindNone    kind = iota // cannot be compared; column.why gives the reason
	kindBool                // boolean; tinyint(1), numeric in SQLite
	kindInt                 // integers of any size
	kindFloat               // real, double, and decimals that Go reads as float64
	kindText                // varchar, text
	kindCast                // PostgreSQL: citext, name: compared after a cast to text
	kindChar                // PostgreSQL: char(n), which Go reads padded with spaces
	kindUUID                // PostgreSQL: uuid
	kindTime                // an instant: timestamptz, datetime
	kindBytes               // bytea, blob, varbinary
	kindBinary              // MySQL: binary(n), padded with zeros
	kindDecimal             // a custom Go type over a decimal column
)

// A column is a resolved Column.
type column struct {
	Column
	info  *filter.FieldInfo
	index []int // of the Go field, through pointers

	kind      kind
	why       string       // the reason for kindNone
	size      int          // of kindChar and kindBinary
	collation string       // declared collation, if any
	converts  bool         // the Go type converts to and from database values
	ordered   bool         // the database orders the column as Go orders its values
	maybeNull bool         // the column may hold NULL
	null      filter.Value // what Go reads for NULL: nil or a zero value
}

// newColumn resolves a column of a Go type's rows. It records why a column cannot be compared
// and leaves the error to a filter that uses the column, since filters never use most fields.
func newColumn(d *Dialect, rows *filter.Model, spec Column, isKey bool) *column {
	c := &column{Column: spec, maybeNull: !isKey && !spec.NotNull, why: spec.Unsupported}
	if c.why != "" {
		return c
	}
	info, err := rows.Field(spec.Field)
	if err != nil {
		c.why = "a filter cannot hold values of its Go type"
		return c
	}
	c.info = info
	if !info.Nilable {
		zero, err := filter.ValueOf(reflect.Zero(info.Elem).Interface())
		if err != nil {
			c.why = "its zero value cannot be compared"
			return c
		}
		c.null = zero
	}
	writes, reads := conversions(info)
	if writes != reads {
		// Then only the type itself knows what Go reads for a stored value.
		c.why = fmt.Sprintf("%s needs both methods Value and Scan, and Value on the type that the field holds", info.GoType)
		return c
	}
	c.converts = writes
	declared := strings.ToLower(spec.Type)
	if declared == "" {
		if c.kind = c.usual(d); c.kind == kindNone {
			c.why = fmt.Sprintf("%s may be stored in several ways (set Column.Type)", info.GoType)
		}
		c.ordered = !c.converts
		return c
	}
	if m := collate.FindStringSubmatch(declared); m != nil {
		c.collation = m[1]
	}
	if !c.declare(d, declared) && !c.isEnum(d, declared) {
		c.why = fmt.Sprintf("%s is stored as %q", info.GoType, declared)
		c.kind = kindNone
	}
	c.ordered = !c.converts && c.kind != kindChar || c.kind == kindDecimal && d.decimals && exactNumber.MatchString(declared) && c.ordersNumbers()
	return c
}

// declare sets the kind and size of a column of a declared type, in lower case. It returns false if the
// column cannot be compared.
func (c *column) declare(d *Dialect, declared string) bool {
	c.kind, c.size = d.kindOf(declared)
	if c.info.Type == filter.TypeInt && exactNumber.MatchString(declared) {
		c.kind = kindInt // integers compare exactly with decimals
	}
	return c.kind != kindNone && c.fits()
}

// isEnum makes a column with texts one of an enumeration if the dialect lets programs make such types,
// and its type is not one of the database's own. It cannot be another type of a program: Verify compares
// it with the database.
func (c *column) isEnum(d *Dialect, declared string) bool {
	if d.builtin == nil || !madeType.MatchString(declared) || d.builtin[declared] {
		return false
	}
	if k, _ := d.kindOf(declared); k != kindNone {
		return false
	}
	c.kind = kindCast
	return c.fits()
}

// madeType matches a type without arguments, perhaps of a schema.
var madeType = regexp.MustCompile(`^[a-z_][a-z0-9_$]*(?:\.[a-z_][a-z0-9_$]*)?$`)

// exactNumber matches the types of decimals.
var exactNumber = regexp.MustCompile(`^\s*(?:decimal|numeric|dec)\b`)

// ordersNumbers reports whether the field's type orders decimals by their size, as far as some of
// them tell.
func (c *column) ordersNumbers() bool {
	var last filter.Value
	for i, text := range []string{"-100", "-11", "-2", "-1.5", "-1.25", "-1", "0", "0.03", "0.2", "1", "1.25", "1.5", "2", "11", "100"} {
		p := reflect.New(c.info.Elem)
		if p.Interface().(sql.Scanner).Scan(text) != nil {
			return false
		}
		v, err := filter.ValueOf(p.Interface())
		if err != nil {
			return false
		}
		if n, ok, err := v.Compare(last); i > 0 && (err != nil || !ok || n <= 0) {
			return false
		}
		last = v
	}
	return true
}

// usual returns the kind of the columns in which the values of the field's type are usually
// stored, or kindNone.
func (c *column) usual(d *Dialect) kind {
	if c.converts {
		v, err := c.toDriver(c.zero())
		_, isText := v.(string)
		switch k := c.info.Elem.Kind(); {
		case err != nil || !isText:
			return kindNone
		case k == reflect.String:
			return kindText
		case k == reflect.Array && c.info.Elem.Len() == 16 && canonicalUUID.MatchString(v.(string)):
			return d.uuid
		}
		return kindNone
	}
	return map[filter.Type]kind{
		filter.TypeBool: kindBool, filter.TypeInt: kindInt, filter.TypeFloat: kindFloat, filter.TypeString: kindText,
		filter.TypeTime: kindTime, filter.TypeBytes: kindBytes,
	}[c.info.Type]
}

// conversions reports whether the field's type converts its values to database
// values, and whether it converts them back. Package database/sql calls the Value
// method of the field's value, which for a pointer's method must be a pointer.
func conversions(info *filter.FieldInfo) (writes, reads bool) {
	if info.Type == filter.TypeTime {
		return false, false
	}
	valuer, p := reflect.TypeFor[driver.Valuer](), reflect.PointerTo(info.Elem)
	writes = info.Elem.Implements(valuer) || info.GoType.Kind() == reflect.Pointer && p.Implements(valuer)
	return writes, p.Implements(reflect.TypeFor[sql.Scanner]())
}

// fits reports whether the column can hold the Go values of the field's type, and
// sets the kinds that depend on both.
func (c *column) fits() bool {
	if c.converts {
		switch v, err := c.toDriver(c.zero()); {
		case err != nil:
			return false
		case c.kind == kindFloat: // a custom decimal type; floats would lose digits
			_, isText := v.(string)
			c.kind = kindDecimal
			return isText
		default:
			switch v.(type) {
			case string:
				return c.kind == kindText || c.kind == kindChar || c.kind == kindUUID || c.kind == kindCast
			case []byte:
				return c.kind == kindBytes || c.kind == kindBinary
			case int64:
				return c.kind == kindInt
			case bool:
				return c.kind == kindBool
			}
			return false
		}
	}
	switch c.info.Type {
	case filter.TypeBool:
		return c.kind == kindBool
	case filter.TypeInt:
		return c.kind == kindInt
	case filter.TypeFloat:
		return c.kind == kindFloat
	case filter.TypeString:
		return c.kind == kindText || c.kind == kindChar || c.kind == kindUUID || c.kind == kindCast
	case filter.TypeTime:
		return c.kind == kindTime
	case filter.TypeBytes:
		return c.kind == kindBytes
	}
	return false
}

// zero returns the zero value of the field's type.
func (c *column) zero() filter.Value {
	v, err := filter.ValueOf(reflect.Zero(c.info.Elem).Interface())
	if err != nil {
		return filter.Value{}
	}
	return v
}

// toDriver returns the database value that the field's type converts a value to.
func (c *column) toDriver(v filter.Value) (driver.Value, error) {
	rv := reflect.ValueOf(v.Any())
	if !rv.IsValid() || !rv.CanConvert(c.info.Elem) {
		return nil, fmt.Errorf("sqlauthz: the value is not a %s", c.info.Elem)
	}
	p := reflect.New(c.info.Elem)
	p.Elem().Set(rv.Convert(c.info.Elem))
	return p.Interface().(driver.Valuer).Value()
}

// survives reports whether Go reads v back from x, its conversion to a database
// value. A type that stores all texts in lower case, or only a few digits of a
// number, converts several values to one, and reads back only one of them.
func (c *column) survives(v filter.Value, x driver.Value) (bool, error) {
	candidates := []any{x}
	if s, ok := x.(string); ok {
		candidates = append(candidates, []byte(s)) // some drivers return bytes
	}
	for _, x := range candidates {
		p := reflect.New(c.info.Elem)
		if p.Interface().(sql.Scanner).Scan(x) != nil {
			continue
		}
		read, err := filter.ValueOf(p.Interface())
		if err != nil {
			return false, answer.Unsupported(nil, "a value that the field's type cannot read back")
		}
		return read.Equal(v)
	}
	return false, answer.Unsupported(nil, "a value that the field's type cannot read back")
}

// typeName matches the name, the first number in parentheses and the rest of a
// declared type.
var typeName = regexp.MustCompile(`^\s*([a-z_][a-z0-9_]*)(?: (?:varying|precision)\b)?\s*(?:\(\s*(\d*)[^)]*\))?\s*(.*)$`)

// collate matches the collation in a declared type.
var collate = regexp.MustCompile(`\bcollate\s+["\x60]?([\w.-]+)`)

// kindOf returns the kind of a declared type. Unknown types are kindNone.
func (d *Dialect) kindOf(declared string) (k kind, size int) {
	m := typeName.FindStringSubmatch(declared)
	if m == nil || strings.HasSuffix(declared, "[]") {
		return kindNone, 0
	}
	word, rest := m[1], m[3]
	size, _ = strconv.Atoi(m[2])
	if word == "character" && strings.HasPrefix(declared, "character varying") {
		word = "varchar"
	}
	if k, size, ok := d.kind(word, rest, size); ok {
		return k, size
	}
	switch word {
	case "bool", "boolean":
		return kindBool, 0
	case "tinyint", "smallint", "mediumint", "int", "integer", "bigint", "int2", "int4", "int8",
		"smallserial", "serial", "bigserial", "serial2", "serial4", "serial8":
		return kindInt, 0
	case "real", "float", "double", "float4", "float8", "decimal", "numeric", "dec":
		return kindFloat, 0
	case "varchar", "text", "tinytext", "mediumtext", "longtext", "nvarchar", "varchar2",
		"char", "character", "bpchar", "nchar", "uuid":
		return kindText, 0
	case "bytea", "blob", "tinyblob", "mediumblob", "longblob", "varbinary":
		return kindBytes, 0
	case "timestamptz", "timestamp", "datetime":
		return kindTime, 0
	}
	return kindNone, 0
}

// comparable reports whether values of two columns can be equal, and whether the
// column types let the database compare them.
func (c *column) comparable(d *column) (same, possible bool) {
	a, b := c.info.Type, d.info.Type
	switch {
	case c.kind == kindNone || d.kind == kindNone:
		return true, false
	case isNumber(a) && isNumber(b):
		return true, !c.converts && !d.converts
	case a != b, a == filter.TypeOther && c.info.Elem != d.info.Elem:
		return false, true
	case c.converts != d.converts, c.converts && c.info.Elem != d.info.Elem:
		return true, false
	case c.kind == kindChar || d.kind == kindChar:
		return true, c.kind == d.kind && c.size == d.size
	case a == filter.TypeString || a == filter.TypeOther:
		return true, c.kind == d.kind || c.isText() && d.isText()
	}
	return true, c.kind == d.kind
}

func isNumber(t filter.Type) bool { return t == filter.TypeInt || t == filter.TypeFloat }

// isText reports whether the column is compared by the bytes of its text.
func (c *column) isText() bool { return c.kind == kindText || c.kind == kindCast || c.kind == kindUUID }

// equalParam returns the parameter that equals the column exactly where the field's
// value equals v. It returns false when the column cannot hold such a value, because
// of its type, its precision or its characters.
func (c *column) equalParam(d *Dialect, v filter.Value) (param any, ok bool, err error) {
	x := v.Any()
	if isNumber(v.Type()) && isNumber(c.info.Type) && !c.converts {
		return c.equalNumber(d, x)
	}
	if v.Type() != c.info.Type || v.Type() == filter.TypeOther && reflect.TypeOf(x) != c.info.Elem {
		return nil, false, nil
	}
	if c.converts {
		if x, err = c.toDriver(v); err != nil {
			return nil, false, answer.Unsupported(nil, "a value that the field's type cannot store")
		}
		if same, err := c.survives(v, x); !same {
			return nil, false, err
		}
	}
	switch x := x.(type) {
	case string:
		return c.equalText(d, x)
	case []byte:
		return x, c.kind != kindBinary || len(x) == c.size, nil
	case time.Time:
		param, exact := d.roundTime(x, false)
		return param, exact && d.beyond(x) == 0, nil
	case bool, int64:
		return x, true, nil
	}
	return nil, false, answer.Unsupported(nil, "a value of a different kind from the column")
}

func (c *column) equalNumber(d *Dialect, x any) (param any, ok bool, err error) {
	switch x := x.(type) {
	case int64:
		if c.kind == kindInt {
			return x, true, nil
		}
		f := float64(x)
		return f, compareExact(x, f) == 0, nil
	case float64:
		if c.kind == kindFloat {
			return x, x == x && (!d.finite || !math.IsInf(x, 0)), nil
		}
		if x != math.Trunc(x) || x < -1<<63 || x >= 1<<63 {
			return nil, false, nil
		}
		return int64(x), true, nil
	}
	return nil, false, nil
}

// compareExact compares an integer with the float that it was converted to.
func compareExact(i int64, f float64) int {
	v, _ := filter.ValueOf(i)
	w, _ := filter.ValueOf(f)
	c, _, _ := v.Compare(w)
	return c
}

var canonicalUUID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (c *column) equalText(d *Dialect, s string) (param any, ok bool, err error) {
	switch {
	case c.kind == kindUUID && !c.converts:
		return s, canonicalUUID.MatchString(s), nil
	case c.kind == kindChar:
		// Go reads n characters; the cast to text removes the padding.
		return strings.TrimRight(s, " "), utf8.RuneCountInString(s) == c.size && d.storable(s), nil
	}
	return s, d.storable(s), nil
}
