# Integers of all sizes are integers; one that does not fit into int64 is an error when it is read.
#? x = kinds.int => x=-1
#? x = kinds.int8 => x=-8
#? x = kinds.int16 => x=-16
#? x = kinds.int32 => x=-32
#? x = kinds.int64 => x=-64
#? x = kinds.uint => x=1
#? x = kinds.uint8 => x=8
#? x = kinds.uint16 => x=16
#? x = kinds.uint32 => x=32
#? x = kinds.uint64 => x=64
#? x = kinds.too_big + 1 => error type
#? kinds.too_big = 1 => error type
#? not kinds.too_big = 1 => error type
#? kinds.too_big > 1 => error type
#? kinds.int8 + kinds.uint64 = 56 => {}
#? kinds.int8 matches Integer => {}
#? kinds.uint64 matches Integer => {}
#? kinds.int8 matches Float => none
---
# Floats, strings, booleans.
#? x = kinds.float32 => x=0.5
#? x = kinds.float64 => x=2.25
#? kinds.float32 = 0.5 => {}
#? kinds.float32 matches Float => {}
#? x = kinds.string => x="s"
#? kinds.string matches String => {}
#? kinds.bool => {}
#? kinds.bool = true => {}
#? kinds.bool matches Boolean => {}
---
# Slices and arrays are lists; a nil slice is the empty list.
#? x = kinds.ints => x=[4, 5]
#? x = kinds.array => x=[1, 2, 3]
#? x = kinds.bytes => x=[1, 2]
#? x = kinds.no_ints => x=[]
#? kinds.no_ints = [] => {}
#? kinds.no_ints = nil => none
#? kinds.no_ints matches List => {}
#? x in kinds.no_ints => none
#? kinds.array = [1, 2, 3] => {}
#? kinds.array = [1, 2] => none
#? kinds.ints != [4] => {}
#? [a, *b] = kinds.array => a=1, b=[2, 3]
#? x in kinds.ints => x=4 ; x=5
#? 5 in kinds.ints => {}
#? 5.0 in kinds.ints => {}
#? kinds.ints matches List => {}
#? kinds.array matches List => {}
#? kinds.ints matches [4, x] => x=5
#? kinds.ints.length() = 2 => {}
#? kinds.ints.contains(4) => {}
#? x = kinds.mixed => x=[1, "a", nil, User(alice), 2.5]
#? x in kinds.mixed and x matches User => x=User(alice)
#? nil in kinds.mixed => {}
#? x in kinds.orgs => x=Org(acme) ; x=nil ; x=Org(globex)
#? x in kinds.orgs and x.name = "globex" => x=Org(globex)
#? kinds.orgs = [acme, nil, globex] => {}
#? kinds.structs = [point, p] => p=Point(3, 4)
---
# Maps with string keys are dictionaries, by ascending key; a nil map is the empty dictionary.
#? x = kinds.map => x={a: 1, b: 2}
#? x = kinds.map.a => x=1
#? x = kinds.map.z => none
#? x = kinds.no_map => x={}
#? kinds.no_map = {} => {}
#? kinds.no_map = nil => none
#? x = kinds.no_map.a => none
#? [k, v] in kinds.map => k="a", v=1 ; k="b", v=2
#? x = kinds.map.(k) => k="a", x=1 ; k="b", x=2
#? kinds.map = {a: 1, b: 2} => {}
#? kinds.map = {a: 1} => none
#? kinds.map matches {a: 1} => {}
#? kinds.map matches Dictionary{b: 2} => {}
#? kinds.map.get("a") = 1 => {}
#? kinds.map.keys() = ["a", "b"] => {}
#? kinds.deep matches {k: [{x: 1}]} => {}
---
# Maps with other keys, channels, functions and complex numbers are equal to nothing, and other uses are errors.
#? x = kinds.int_map.a => error unknown-attribute
#? x in kinds.int_map => error type
#? kinds.int_map = {} => none
#? x in kinds.chan => error type
#? kinds.chan = 1 => none
#? kinds.complex = 1 => none
#? kinds.complex > 1 => error unordered
#? kinds.func = 1 => none
#? not kinds.chan = 1 => {}
#? kinds.chan != 1 => {}
#? kinds.func => error type
---
# Pointers are followed to any depth; interfaces are the value inside them.
#? x = kinds.ptr => x=7
#? x = kinds.ptr_ptr => x=7
#? x = kinds.no_ptr => x=nil
#? x = kinds.any => x=5
#? x = kinds.no_any => x=nil
#? kinds.ptr = kinds.ptr_ptr => {}
#? kinds.ptr + 1 = 8 => {}
#? kinds.any matches Integer => {}
#? kinds.ptr matches Integer => {}
#? kinds.no_ptr matches Integer => none
---
# A sequence is read into a list.
#? x = kinds.seq => x=["p", "q"]
#? x in kinds.seq => x="p" ; x="q"
#? "q" in kinds.seq => {}
#? kinds.seq = ["p", "q"] => {}
---
# So is a sequence that is a constant, or in a list or a dictionary.
first(_: {a: [x, *_]}, x);
#? sequence = ["p", "q"] => {}
#? x in sequence => x="p" ; x="q"
#? sequence matches List => {}
#? sequence.length() = 2 => {}
#? [x] = sequences => x=["p", "q"]
#? s in sequences and "q" in s => s=["p", "q"]
#? sequences = [["p", "q"]] => {}
#? sequences == [["p", "q"]] => {}
#? sequences.contains(["p", "q"]) => {}
#? sequences matches [[x, *_]] => x="p"
#? x in named_sequences.a => x="p" ; x="q"
#? x in named_sequences.get("a") => x="p" ; x="q"
#? [k, s] in named_sequences and "q" in s => k="a", s=["p", "q"]
#? s = named_sequences.(k) and "q" in s => k="a", s=["p", "q"]
#? first(named_sequences, x) => x="p"
---
# Named types: the kind decides, and a registered type also matches its own class.
#? x = task.status => x=Status("open")
#? task.status = "open" => {}
#? "open" = task.status => {}
#? task.status == open => {}
#? task.status != "closed" => {}
#? task.status in ["open", "closed"] => {}
#? task.status < "p" => {}
#? task.status matches String => {}
#? task.status matches Status => {}
#? "open" matches Status => none
#? task.level matches Integer => {}
#? task.level = 3 => {}
#? task.level + 1 = 4 => {}
#? task.level > 2.5 => {}
#? task.ratio = 0.5 => {}
#? task.ratio matches Float => {}
#? task.flag => {}
#? task.flag matches Boolean => {}
#? task.tags = ["a", "b"] => {}
#? x in task.tags => x="a" ; x="b"
#? x = task.attrs.k => x=1
#? task.attrs matches Dictionary => {}
#? x = open => x=Status("open")
#? level = 3 => {}
#~ "o" in open => error type "contains"
---
# A registered named type is more specific than its kind.
f(_: String, "String"); f(_: Status, "Status"); f(_, "any"); f("open", "literal");
#? f(open, x) => x="Status" ; x="String" ; x="any" ; x="literal"
#? f("open", x) => x="String" ; x="any" ; x="literal"
#? f(task.status, x) => x="Status" ; x="String" ; x="any" ; x="literal"
---
# A literal in a head is found for a named type too.
f("open", 1); f("closed", 2); f(3, 3); f(0.5, 4);
#? f(open, x) => x=1
#? f(task.level, x) => x=3
#? f(task.ratio, x) => x=4
#? f(kinds.any, x) => none
---
# Durations are integers of nanoseconds, and times can be ordered.
#? event.took = 90000000000 => {}
#? event.took > 89000000000 => {}
#? event.took < hour => {}
#? event.took matches Integer => {}
#? event.took + 1 = 90000000001 => {}
#? event.at < event.later => {}
#? event.at <= event.at => {}
#? event.later > event.at => {}
#? event.at = event.at => {}
#? event.at = event.later => none
#? event.at != event.later => {}
#? event.at > event.never => none
#? event.never = nil => {}
#? event.at < 1 => error unordered
#? event.at < "2024" => error unordered
#~ event.at = 1 => none
#? event.at + 1 = 2 => error unsupported
---
# The constant now is read once per query.
#? now = now => {}
#? now > event.at => none
#? now = event.at => {}
#? now < event.later => {}
#? not event.later < now => {}
---
# Named arrays and slices with methods are opaque: they are not lists, but can be equal.
#? event.id = event.same => {}
#? event.id = event.other => none
#? event.id != event.other => {}
#? event.id in [event.other, event.same] => {}
#? event.id matches List => none
#? event.id matches UUID => {}
#? x in event.id => error type
#~ [*_] = event.id => none
#~ event.id = [1] => none
#? event.ip = event.ip => {}
#? event.ip matches List => none
#? event.ip.is_loopback() => {}
---
# Other slices are lists, whatever their methods.
watches(name, t: Ticket) if name in t.watchers;
kind(_: Watchers, "Watchers"); kind(_: List, "List"); kind(_, "any");
first([x, *_], x);
#? watches("ann", ticket) => {}
#? watches("ben", ticket) => none
#? not watches("ben", ticket) => {}
#? x in ticket.watchers => x="ann" ; x="Ben"
#? ticket.watchers = ["ann", "Ben"] => {}
#? ticket.watchers = ["ann"] => none
#? ticket.watchers matches List => {}
#? ticket.watchers matches ["ann", *rest] => rest=Watchers(["Ben"])
#? [_, *rest] = ticket.watchers and x = rest.first() => rest=Watchers(["Ben"]), x="Ben"
#? kind(ticket.watchers, x) => x="Watchers" ; x="List" ; x="any"
#? kind(["ann"], x) => x="List" ; x="any"
#? first(ticket.watchers, x) => x="ann"
#? ticket.watchers.length() = 2 => {}
#? ticket.none = [] => {}
#? x in ticket.none => none
#? ticket.pointer = ["cal"] => {}
#? "cal" in ticket.pointer => {}
#? ticket.nil = nil => {}
#? "cal" in ticket.nil => none
#? "dan" in ticket.any => {}
#? ticket.many = [["eve"], []] => {}
#? x in ticket.many and "eve" in x => x=Watchers(["eve"])
#? [["eve"], []] = ticket.many => {}
---
# Their Go methods can be called, and take precedence over built-in ones.
#? ticket.watchers.first() = "ann" => {}
#? ticket.none.first() = x => none
#? ticket.watchers.contains("BEN") => {}
#? ["ann", "Ben"].contains("BEN") => none
#? ticket.watchers.contains(1) => error type
#? ticket.pointer.first() = x => x="cal"
#? x = ticket.any and x.first() = "dan" => x=Watchers(["dan"])
#? x = ticket.watchers.value() => x="ann,Ben"
---
# Slices of bytes with methods are opaque.
#? ticket.raw matches List => none
#? x in ticket.raw => error type
---
# option: notypes
#? x = event.id.length() => error unknown-method
#? event.id < event.other => error unordered
---
# Generic types are registered under a separate name.
#? pair matches StringIntPair => {}
#? pair.first = "one" and pair.second = 1 => {}
---
# A value from Go keeps its type through lists and rules of the policy.
pass(x, [x, {v: x}]);
#? pass(open, x) => x=[Status("open"), {v: Status("open")}]
#? pass(alice, [x, y]) => x=User(alice), y={v: User(alice)}
