package syntax_test

import (
	"fmt"

	"github.com/ursa-authz/ursa/authz/polar/syntax"
)

func ExampleParse() {
	file, ds := syntax.Parse("expenses.polar", `
allow(user: User, "read", expense: Expense) if
    user.id = expense.user_id && expense.open;
allow(user: User, "approve", _: Expense) if user.is_manager;
`)
	fmt.Println(len(file.Stmts), "statement")
	for _, d := range ds {
		fmt.Println(d.Long())
	}
	// Output:
	// 1 statement
	// expenses.polar:3:31: unexpected character & (write "and")
	//    3 |     user.id = expense.user_id && expense.open;
	//      |                               ^^
}

func ExampleFormat() {
	out, _ := syntax.Format(`
allow( user:User,"read",expense:Expense ) if  # the owner
  user.id=expense.user_id   and not expense.locked
;
resource Expense { permissions=["read"];roles = [ "owner" ]; "read" if "owner"; }
`)
	fmt.Print(out)
	// Output:
	// allow(user: User, "read", expense: Expense) if # the owner
	//     user.id = expense.user_id and
	//     not expense.locked;
	// resource Expense {
	//     permissions = ["read"];
	//     roles = ["owner"];
	//     "read" if "owner";
	// }
}

func ExampleNearest() {
	rules := []string{"allow", "has_permission", "has_role"}
	fmt.Println(syntax.Nearest("hasRole", rules))
	fmt.Println(syntax.Nearest("alow", rules))
	// Output:
	// has_role
	// allow
}
