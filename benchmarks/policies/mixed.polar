# The policy of a back office: 60 rules over 12 classes. It uses nothing that
# go-oso does not understand, so both engines get this text.

allow(user: User, action: String, resource) if
    has_permission(user, action, resource);

actor User {}

resource Organization {
    roles = ["member", "support", "accountant", "admin"];
    permissions = ["read", "bill", "invite", "update", "delete"];

    "read" if "member";
    "bill" if "accountant";
    "invite" if "support";
    "invite" if "admin";
    "update" if "admin";
    "delete" if "admin";

    "member" if "support";
    "member" if "accountant";
    "member" if "admin";
}

has_role(user: User, name: String, organization: Organization) if
    role in user.Roles and role.Name = name and role.OrganizationID = organization.ID;

resource Team {
    permissions = ["read", "update", "leave", "delete"];
    relations = { organization: Organization };

    "read" if "member" on "organization";
    "update" if "admin" on "organization";
    "delete" if "admin" on "organization";
}

has_relation(organization: Organization, "organization", team: Team) if
    organization = team.Organization;

has_permission(user: User, "update", team: Team) if
    user.ID = team.LeadID;

has_permission(user: User, "leave", team: Team) if
    user.ID in team.MemberIDs;

resource Project {
    roles = ["reader", "maintainer"];
    permissions = ["read", "update", "archive", "delete"];
    relations = { organization: Organization };

    "read" if "reader";
    "update" if "maintainer";
    "archive" if "maintainer";
    "delete" if "admin" on "organization";

    "reader" if "maintainer";
    "reader" if "member" on "organization";
    "maintainer" if "admin" on "organization";
}

has_relation(organization: Organization, "organization", project: Project) if
    organization = project.Organization;

has_role(user: User, "maintainer", project: Project) if
    user.ID = project.OwnerID;

allow(_: User, "read", project: Project) if
    project.Public;

resource Document {
    roles = ["reader", "maintainer"];
    permissions = ["read", "comment", "update", "publish", "delete"];
    relations = { project: Project };

    "comment" if "reader";
    "publish" if "maintainer";
    "delete" if "maintainer";

    "reader" if "reader" on "project";
    "maintainer" if "maintainer" on "project";
}

has_relation(project: Project, "project", document: Document) if
    project = document.Project;

has_permission(user: User, "read", document: Document) if
    document.State = "published" and has_role(user, "reader", document);

has_permission(user: User, "read", document: Document) if
    user.ID = document.AuthorID;

has_permission(user: User, "update", document: Document) if
    user.ID = document.AuthorID and document.State = "draft";

allow(user: User, "read", comment: Comment) if
    allow(user, "read", comment.Document);

allow(user: User, "update", comment: Comment) if
    user.ID = comment.AuthorID and not comment.Locked;

allow(user: User, "delete", comment: Comment) if
    user.ID = comment.AuthorID;

allow(user: User, "delete", comment: Comment) if
    has_role(user, "maintainer", comment.Document);

allow(user: User, "read", expense: Expense) if
    user.ID = expense.UserID;

allow(user: User, "read", expense: Expense) if
    has_role(user, "accountant", expense.Organization);

allow(user: User, "update", expense: Expense) if
    user.ID = expense.UserID and expense.State in ["draft", "rejected"];

allow(user: User, "submit", expense: Expense) if
    user.ID = expense.UserID and expense.State = "draft";

allow(user: User, "approve", expense: Expense) if
    expense.State = "submitted" and expense.Amount <= 100000 and
    user.ID != expense.UserID and has_role(user, "accountant", expense.Organization);

allow(user: User, "approve", expense: Expense) if
    expense.State = "submitted" and
    user.ID != expense.UserID and has_role(user, "admin", expense.Organization);

allow(user: User, "read", invoice: Invoice) if
    has_role(user, "accountant", invoice.Organization);

allow(user: User, "read", invoice: Invoice) if
    has_role(user, "admin", invoice.Organization);

allow(user: User, "pay", invoice: Invoice) if
    invoice.State = "open" and invoice.Amount <= 1000000 and
    has_role(user, "accountant", invoice.Organization);

allow(user: User, "void", invoice: Invoice) if
    invoice.State = "open" and has_role(user, "admin", invoice.Organization);

allow(user: User, "read", ticket: Ticket) if
    has_role(user, "member", ticket.Organization);

allow(user: User, "close", ticket: Ticket) if
    ticket.State = "open" and user.ID = ticket.ReporterID;

allow(user: User, "close", ticket: Ticket) if
    ticket.State = "open" and user.ID = ticket.AssigneeID;

allow(user: User, "assign", ticket: Ticket) if
    has_role(user, "support", ticket.Organization);

allow(user: User, "read", contract: Contract) if
    not contract.Confidential and has_role(user, "member", contract.Organization);

allow(user: User, "read", contract: Contract) if
    has_role(user, "admin", contract.Organization);

allow(user: User, "sign", contract: Contract) if
    user.ID = contract.SignerID and contract.State = "open";

allow(_: User, "read", repository: Repository) if
    repository.Public;

allow(user: User, "push", repository: Repository) if
    has_role(user, "member", repository.Organization);

allow(user: User, "publish", release: Release) if
    release.State = "draft" and has_role(user, "admin", release.Repository.Organization);
