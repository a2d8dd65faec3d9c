package polar_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/ursa-authz/ursa/authz/polar"
)

type Employee struct {
	ID    int `polar:",id"`
	Title string
}

type Invoice struct {
	ID         int
	EmployeeID int
	Amount     int
}

const invoicePolicy = `
allow(employee: Employee, "read", invoice: Invoice) if
    employee.id = invoice.employee_id;

allow(employee: Employee, "read", invoice: Invoice) if
    employee.title = "Accountant" and
    invoice.amount < limit;

allow(employee: Employee, action, _: Invoice) if
    employee.title = "Auditor" and
    action in ["read", "export"];
`

func loadInvoices() *polar.Policy {
	p, _, err := polar.Load(context.Background(), polar.Input{
		Sources:   []polar.Source{{Name: "invoices.polar", Text: invoicePolicy}},
		Classes:   []polar.Class{polar.ClassOf[Employee](), polar.ClassOf[Invoice]()},
		Constants: map[string]any{"limit": 10_000},
	})
	if err != nil {
		panic(err)
	}
	return p
}

func Example() {
	p := loadInvoices()
	alice := &Employee{ID: 1, Title: "Engineer"}
	out, err := p.Decide(context.Background(), "allow", alice, "read", &Invoice{ID: 7, EmployeeID: 1})
	if err != nil {
		fmt.Println("could not decide:", err)
		return
	}
	fmt.Println(out.Allowed, out.Rule.Pos)
	// Output: true invoices.polar:2:1
}

func ExampleLoad_diagnostics() {
	_, diags, err := polar.Load(context.Background(), polar.Input{
		Sources: []polar.Source{{Name: "typo.polar", Text: `allow(e: Employee, "read", i: Invoice) if e.id = i.employe_id;`}},
		Classes: []polar.Class{polar.ClassOf[Employee](), polar.ClassOf[Invoice]()},
	})
	fmt.Println(err != nil)
	for _, d := range diags {
		fmt.Println(d)
	}
	// Output:
	// true
	// typo.polar:1:52: Invoice has no attribute employe_id (did you mean "employee_id"?)
}

func ExamplePolicy_Query() {
	p := loadInvoices()
	auditor := &Employee{ID: 2, Title: "Auditor"}
	for b, err := range p.Query(context.Background(), "allow", auditor, polar.Var("action"), &Invoice{ID: 7}) {
		if err != nil {
			fmt.Println("could not answer:", err)
			return
		}
		fmt.Println(b["action"])
	}
	// Output:
	// read
	// export
}

func ExamplePolicy_QueryString() {
	p, _, err := polar.Load(context.Background(), polar.Input{
		Sources: []polar.Source{{Name: "parents.polar", Text: `
parent("ann", "bob"); parent("bob", "cid"); parent("bob", "dee");
ancestor(x, y) if parent(x, y);
ancestor(x, y) if parent(x, z) and ancestor(z, y);
`}},
	})
	if err != nil {
		panic(err)
	}
	for b, err := range p.QueryString(context.Background(), `ancestor("ann", who)`) {
		if err != nil {
			panic(err)
		}
		fmt.Println(b["who"])
	}
	// Output:
	// bob
	// cid
	// dee
}

func ExamplePolicy_Filter() {
	p := loadInvoices()
	accountant := &Employee{ID: 3, Title: "Accountant"}
	q, err := p.Filter(context.Background(), "allow", accountant, "read", polar.ClassOf[Invoice]())
	if err != nil {
		fmt.Println("cannot be listed:", err)
		return
	}
	fmt.Println(q.Reveal())
	// Output: Invoice where EmployeeID = 3 or Amount < 10000
}

func ExampleError() {
	p, _, err := polar.Load(context.Background(), polar.Input{
		Sources: []polar.Source{{Name: "loop.polar", Text: `forever(n) if m = n + 1 and forever(m);`}},
		Limits:  polar.Limits{Steps: 1000},
	})
	if err != nil {
		panic(err)
	}
	for _, err := range p.Query(context.Background(), "forever", 0) {
		var pe *polar.Error
		if errors.As(err, &pe) {
			fmt.Println(pe.Code, pe.Stack[0].Rule, errors.Is(err, polar.ErrBudget))
		}
	}
	// Output: budget forever true
}
