actor User {}
resource Invoice {
    roles = ["owner"];
    permissions = ["read", "pay"];
    "read" if "owner";
    "pay" if "owner";
}
has_role(user: User, "owner", invoice: Invoice) if user.id = invoice.customer_id;
allow(user, action, invoice: Invoice) if has_permission(user, action, invoice);
allow(user: User, method, request: Request) if by_path(user, method, request.path);
by_path(_: User, "GET", "/invoices");
