# Expenses in an organization with managers and accountants. Permissions come
# from roles, and roles come from the data: the submitter of an expense, the
# managers above the submitter, and the titles of users.

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
