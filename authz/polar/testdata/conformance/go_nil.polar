# Nil pointers, nil interfaces and missing values of the database are nil.
#? nothing = nil => {}
#? no_user = nil => {}
#? x = no_user => x=nil
#? alice.boss = nil => {}
#? bob.boss = nil => none
#? bob.boss != nil => {}
#? kinds.no_any = nil => {}
#? kinds.no_ptr = nil => {}
#? nulls.no_user = nil => {}
#? nulls.iface = nil => {}
#? no_disc = nil => {}
#? x = nulls.no_str => x=nil
#? x = nulls.no_int => x=nil
#? x = nulls.no_bool => x=nil
#? x = nulls.no_float => x=nil
#? x = nulls.no_time => x=nil
#? x = nulls.no_any => x=nil
---
# The others are the values inside.
#? nulls.str = "s" => {}
#? nulls.int = 1 => {}
#? nulls.bool => {}
#? nulls.float = 0.5 => {}
#? nulls.any = 3 => {}
#? nulls.time = event.at => {}
#? nulls.time < event.later => {}
#? nulls.str matches String => {}
#? nulls.int matches Integer => {}
#? nulls.str.length() = 1 => {}
#? nulls.int + 1 = 2 => {}
---
# nil = nil, and nil != x for everything else.
#? nil = nil => {}
#? nil == nil => {}
#? nil != nil => none
#? nil = 0 => none
#? nil = "" => none
#? nil = false => none
#? nil = [] => none
#? nil = {} => none
#? nil = alice => none
#? nil = User => none
#? nil != 0 => {}
#? nil != "" => {}
#? nil != false => {}
#? nil != alice => {}
#? nil in [nil] => {}
#? nil in [0, "", false] => none
#? [nil] = [nil] => {}
#? {a: nil} = {a: nil} => {}
#? {a: nil} = {} => none
#? nulls.no_str = nulls.no_int => {}
#? nulls.no_str != nulls.str => {}
#? alice.boss = bob.boss.boss => {}
---
# Orderings with nil are false, so that neither x < y nor x >= y holds.
#? nulls.no_int < 1 => none
#? nulls.no_int >= 1 => none
#? not nulls.no_int < 1 => {}
#? 1 < nulls.no_int => none
#? nulls.no_int <= nulls.no_int => none
#? nulls.no_str < "a" => none
#? nulls.no_time < now => none
#? nulls.no_time > now => none
#~ nulls.no_user < 1 => none
---
# Lookup, method, arithmetic and in have no solution on nil.
#? x = alice.boss.name => none
#? x = nulls.no_user.name => none
#? x = nulls.no_user.hello() => none
#? x = no_user.hello() => none
#? alice.boss.boss.boss.name = nil => none
#? not alice.boss.name = "x" => {}
#? not alice.boss.name != "x" => {}
#? alice.boss.name = nil => none
#? x = nulls.no_int + 1 => none
#? x = 1 - nulls.no_float => none
#~ x in nulls.no_str => none
#? 1 in nothing => none
#? forall(x in nothing, x = 1) => {}
#? x = nothing.anything => none
#? x = nothing.anything.more() => none
---
# nil as a goal is false.
#? nothing => none
#? not nothing => {}
#? nulls.no_bool => none
#? not nulls.no_bool => {}
#? nulls.no_bool or nulls.bool => {}
---
# nil matches no class, and no pattern with fields.
f(_: User, "user"); f(_: String, "string"); f(_: {name: nil}, "pattern"); f(nil, "nil"); f(_, "any");
#? f(nil, x) => x="nil" ; x="any"
#? f(no_user, x) => x="nil" ; x="any"
#? f(alice.boss, x) => x="nil" ; x="any"
#? nil matches User => none
#? nil matches Boolean => none
#? not alice.boss matches User => {}
#? nulls.no_str matches String => none
#? alice matches User{boss: nil} => {}
#? bob matches User{boss: nil} => none
---
# nil is a constant, not a variable.
#? nil = x => x=nil
#? x = [nil, nil] => x=[nil, nil]
#? nil := 1 => error assign
---
# Explicit tests for values that may be missing.
boss_name(u: User, u.boss.name);
boss_name(u: User, "nobody") if u.boss = nil;
chain(u: User, [u.name, *rest]) if u.boss != nil and chain(u.boss, rest);
chain(u: User, [u.name]) if u.boss = nil;
#? boss_name(bob, x) => x="alice"
#? boss_name(alice, x) => x="nobody"
#? chain(carol, x) => x=["carol", "bob", "alice"]
