# What users may do with expenses and organizations.

allow(user: User, "read", expense: Expense) if
    submitted(user, expense);

allow(user: User, "create", expense: Expense) if
    submitted(user, expense);

submitted(user: User, expense: Expense) if
    user.ID = expense.UserID;

allow(user: User, "read", organization: Organization) if
    user.OrganizationID = organization.ID;
