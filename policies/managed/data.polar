# How roles and relations follow from the data.

has_role(user: User, "member", organization: Organization) if
    user.organization_id = organization.id;

has_role(user: User, "accountant", organization: Organization) if
    user.organization_id = organization.id and
    user.title in ["CFO", "Senior Accountant", "Accountant", "Bookkeeper"];

has_role(user: User, "submitter", expense: Expense) if
    user.id = expense.user_id;

has_role(user: User, "manager", expense: Expense) if
    manages(user, expense.user);

has_relation(organization: Organization, "organization", expense: Expense) if
    organization = expense.user.organization;

# A manager manages their direct reports and everybody below those.
manages(manager: User, user: User) if
    user.manager_id = manager.id;

manages(manager: User, user: User) if
    manages(manager, user.manager);
