# Rules without blocks: requests, invoices and their changes, fields, a deny rule.

allow(actor, method, request: Request) if
    allow_by_path(actor, method, request.segments);

allow_by_path(_: Guest, "GET", []);
allow_by_path(_: User, "GET", []);
allow_by_path(_: User, "GET", ["whoami"]);
allow_by_path(_: User, "GET", ["invoices", _id]);
allow_by_path(user: User, "POST", ["invoices"]) if
    user.title = "Clerk";

allow_request(user: User, request: Request) if
    request.method = "GET" and
    request.path.startswith("/api/") and
    user.active;

allow(user: User, "read", invoice: Invoice) if
    invoice.author_id = user.id;

allow(user: User, "read", invoice: Invoice) if
    user.active and
    user.org = invoice.org and
    invoice.amount < 1000;

allow(user: User, "read", invoice: Invoice) if
    manages(user, invoice.author);

manages(boss: User, user: User) if
    user.boss = boss or
    manages(boss, user.boss);

allow(user: User, "approve", invoice: Invoice) if
    user.active and
    not suspended(user) and
    not (invoice.author_id = user.id or invoice.paid);

suspended(user: User) if
    user.title = "Trainee" and
    not user.active;

suspended(user: User) if
    warning in user.warnings and
    warning.level >= 3;

allow(user: User, "pay", invoice: Invoice) if
    user.title = "CFO" and
    forall(item in invoice.items, item.checked);

allow(user: User, "export", invoice: Invoice) if
    forall(item in invoice.items, not sealed(item, user));

sealed(item: Item, user: User) if
    item.sealed_by != user.id and
    item.sealed;

allow(user: User, "refund", invoice: Invoice) if
    user.title = "Clerk" or
    (user.title = "CFO" and invoice.paid);

allow(user: User, "create", Invoice) if
    user.title = "Clerk";

allow(user: User, "archive", _: Invoice{paid: true}) if
    user.active;

allow(user: User, "audit", invoice: Invoice) if
    audited(user, invoice);

audited(_: User, invoice: Invoice) if
    invoice.audit();

allow(user: User, "search", _: Invoice) if
    user.active and
    endless(user);

endless(user: User) if
    n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] and
    m in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] and
    o in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] and
    n + m + o = 100 * user.id;

# Somebody acts in the name of a user: never on what is paid, and only reading.
allow(imp: Impersonation, "read", invoice: Invoice) if
    not invoice.paid and
    imp.admin.title = "Support" and
    allow(imp.user, "read", invoice);

allow_change(user: User, "update", before: Invoice, after: Invoice) if
    before.author_id = after.author_id and
    not before.paid and
    (after.amount <= before.amount or user.title = "CFO");

allow(user: User, "update", invoice: Invoice) if
    invoice.author_id = user.id;

allow_field(user: User, "read", invoice: Invoice, "amount") if
    allow(user, "read", invoice);

allow_field(user: User, "read", invoice: Invoice, field) if
    field in ["margin", "cost"] and
    user.title = "CFO" and
    allow(user, "read", invoice);

deny(user: User, action, invoice: Invoice) if
    action in ["approve", "pay"] and
    frozen(invoice) and
    user.title != "CFO";

frozen(invoice: Invoice) if
    invoice.org.frozen;
