# Every user may send requests. What they may see and do is up to the rules about expenses.
allow(_: User, method, _: Request) if method in ["GET", "POST"];

allow(user: User, "read", expense: Expense) if expense.owner_id = user.id;
allow(user: User, "read", expense: Expense) if expense.owner.manager_id = user.id;
allow(user: User, "approve", expense: Expense) if expense.owner.manager_id = user.id and expense.cents <= 100000;
allow(user: User, "create", expense: Expense) if expense.owner_id = user.id and expense.owner != nil and expense.cents > 0;
