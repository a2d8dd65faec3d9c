# option: fixture guide
# The guide's policy: requests by method and path, expenses by owner.
allow(actor, method, request: Request) if
  request.path = path and allow_by_path(actor, method, path.split("/"));

allow_by_path(_user, "GET", ["", ""]);
allow_by_path(_user: User, "GET", ["", "whoami"]);
allow_by_path(_user: User, "GET", ["", "expenses", *_rest]);
allow_by_path(_user: User, "PUT", ["", "expenses", "submit"]);
allow_by_path(_user: User, "GET", ["", "organizations", *_rest]);

allow(user: User, "read", expense: Expense) if submitted(user, expense);
allow(user: User, "read", organization: Organization) if user.organization_id = organization.id;
allow(user: User, "create", expense: Expense) if expense.user_id = user.id and expense.amount <= max_amount;

submitted(user: User, expense: Expense) if user.id = expense.user_id;

#! allow(guest, "GET", get_root) => {}
#! allow(guest, "GET", get_whoami) => none
#! allow(ceo, "GET", get_root) => {}
#! allow(ceo, "GET", get_whoami) => {}
#! allow(ceo, "GET", get_one) => {}
#! allow(guest, "GET", get_one) => none
#! allow(ceo, "GET", get_org) => {}
#! allow(ceo, "PUT", put_submit) => {}
#! allow(ceo, "POST", put_submit) => none
#! allow(guest, "PUT", put_submit) => none
#! allow(ceo, "read", pug) => {}
#! allow(accountant, "read", pug) => none
#! allow(guest, "read", pug) => none
#! allow(ceo, "read", foo) => {}
#! allow(ceo, "read", bar) => none
#! allow(stranger, "read", bar) => {}
#! allow(ceo, "create", pug) => none
#! allow(accountant, "create", lunch) => {}
#! allow(ceo, "create", lunch) => none
#! allow(ceo, ?action, pug) => action="read"
#? allow(user, "read", pug) and user in [guest, accountant, ceo] => user=User(alice@foo.com)
---
# option: fixture guide
# Paths by prefix, and the class as a resource.
allow(user: User, "GET", request: Request) if
  request.path.startswith("/expenses/") and allow(user, "read", Expense);
allow(_: User, "read", Expense);
#! allow(ceo, "GET", get_one) => {}
#! allow(guest, "GET", get_one) => none
#! allow(ceo, "GET", get_root) => none
#! allow(ceo, "read", pug) => none
---
# option: fixture guide
# Segments, managers and missing values.
allow(_: User, "GET", request: Request) if ["expenses", _id] = request.segments();
manages(manager: User, user: User) if user.manager_id = manager.id;
top(user: User) if user.manager_id = nil;
#! allow(ceo, "GET", get_one) => {}
#! allow(ceo, "GET", get_org) => none
#? top(ceo) => {}
#? top(accountant) => none
#? manages(ceo, accountant) => none
#? user in [ceo, accountant] and not top(user) => user=User(bhavik@foo.com)
---
# option: fixture guide
# An actor is a user or a guest, because both are Actors.
allow(actor: Actor, "GET", _: Request) if actor.authenticated();
#! allow(ceo, "GET", get_root) => {}
#! allow(guest, "GET", get_root) => none
#! allow(pug, "GET", get_root) => none
