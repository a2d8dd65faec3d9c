### Request level: who may send which request?

allow(_actor, "GET", request: Request) if request.path = "/" ;
allow(actor: Actor,"GET",request:Request) if request.path.split("/") = [_, "expenses", *rest] and allow_by_path(actor, "GET", "expenses", rest);


allow_by_path(_, "GET", "expenses", [_id]);
allow_by_path(_user: User, "PUT", "expenses", ["submit"]);

### Rows
allow(user: User, "read", expense: Expense) if submitted(user, expense);
submitted(user: User, expense: Expense) if
  user.id = expense.user_id;

allow(user: User, "approve", expense: Expense) if
      user.title in ["accountant", "manager"]
  and not user.id = expense.user_id
  and expense.amount <= max_amount
  ;
allow(user: User, "audit", expense: Expense{status: "approved", owner: User{id: user_id}}) if user_id = user.id or (user.is_admin and expense.amount > 1000 and not expense.locked) or role(user, "auditor");

type role(user: User, name: String);
role(user: User, name: String) if r in user.roles and r.name = name ;
?= role(new User(id: 1, name: "a"), "auditor");
