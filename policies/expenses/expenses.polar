# What users may do with expenses.

allow(user: User, "read", expense: Expense) if
    submitted(user, expense);

allow(user: User, "create", expense: Expense) if
    submitted(user, expense);

submitted(user: User, expense: Expense) if
    user.id = expense.user_id;
