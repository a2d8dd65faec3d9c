# Expenses in an organization with managers and accountants. Permissions come
# from roles, and roles come from the data: from who submitted an expense, who
# manages whom, and what somebody's title is.

actor User {}

resource Organization {
    permissions = ["read"];
    roles = ["member", "accountant"];

    "read" if "member";
    "member" if "accountant";
}

resource Expense {
    permissions = ["read", "create"];
    roles = ["submitter", "manager"];
    relations = { organization: Organization };

    "create" if "submitter";
    "read" if "submitter";
    "read" if "manager";
    "read" if "accountant" on "organization";
}

allow(user: User, action, resource: Resource) if
    has_permission(user, action, resource);
