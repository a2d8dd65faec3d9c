# Own orders.
allow(customer: Customer, action, order: Order) if
  action in ["read", "return"] and
  order.customer_id = customer.id;
---
# Limits of clerks.
allow(clerk: Clerk, "refund", order: Order) if
  order.total <= clerk.limit and
  order.status in ["paid", "shipped"];
allow(clerk: Clerk, "refund", order: Order) if
  "manager" in clerk.roles and order.total <= approval_limit;
---
# Orders of the clerk's own store. Some clerks have no store.
allow(clerk: Clerk, "read", order: Order) if
  clerk.store != nil and
  clerk.store = order.store;
---
# The same, with the test after the comparison, and in another form.
allow(clerk: Clerk, "read", order: Order) if
  order.store = clerk.store and
  not order.store = nil;
---
allow(clerk: Clerk, "read", order: Order) if
  store = clerk.store and store != nil and
  order matches {store: store};
---
# Everyone sees published products; some have a minimum age.
allow(_: Customer, "see", product: Product{published: true}) if product.min_age = 0;
allow(_: Clerk, "see", _: Product);
allow(_, "see", product: Product) if "free" in product.tags;
---
# Orders by all of their lines.
allow(customer: Customer, "pay", order: Order) if
  order.customer = customer and
  order.status = "cart" and
  forall(line in order.lines, line.product.published and line.quantity > 0);
---
# Orders by some of their lines.
allow(clerk: Clerk, "inspect", order: Order) if
  line in order.lines and
  "fragile" in line.product.tags and
  "warehouse" in clerk.roles;
---
# Levels of customers, as facts.
allow(customer: Customer, "discount", product: Product) if
  discount(customer.level, percent) and percent > 0 and product.published;
discount("gold", 20);
discount("silver", 10);
discount("bronze", 0);
---
# Coupons.
allow(customer: Customer, "use_coupon", order: Order) if
  order.customer_id = customer.id and
  order.coupon != nil and order.coupon.startswith("SUMMER") and order.status = "cart";
---
# Roles of clerks, from a list of strings.
actor Clerk {}
actor Customer {}
resource Order {
  roles = ["clerk", "manager", "buyer"];
  permissions = ["read", "cancel", "refund"];
  "read" if "clerk";
  "read" if "buyer";
  "cancel" if "buyer";
  "refund" if "manager";
  "clerk" if "manager";
}
has_role(clerk: Clerk, role: String, _: Order) if role in clerk.roles;
has_role(customer: Customer, "buyer", order: Order) if order.customer_id = customer.id;
allow(actor, action, order: Order) if has_permission(actor, action, order);
---
# One table of permissions.
allow(clerk: Clerk, action, _: Order) if
  role in clerk.roles and
  grants(role, action);
grants("cashier", "read");
grants("cashier", "pay");
grants("manager", action) if action in ["read", "pay", "refund"];
---
# Fields of an order, and what may be changed.
allow(customer: Customer, "update", order: Order) if order.customer_id = customer.id and order.status = "cart";
allow_field(_: Customer, "update", _: Order, "lines");
allow_field(_: Clerk, _, _: Order, field) if not field = "total";
