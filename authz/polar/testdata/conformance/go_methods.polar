# Exported methods of the type and of its pointer are called by the same name rule.
#? x = alice.hello() => x="hi alice"
#? x = alice.Hello() => x="hi alice"
#? x = alice.greet("bob") => x="hi bob"
#? alice.is_adult() => {}
#? bob.is_adult() => none
#? not bob.is_adult() => {}
#? bob.reports_to(alice) => {}
#? alice.reports_to(bob) => none
#? bob.reports_to(nil) => none
#? alice.reports_to(nil) => {}
#? alice.older(bob) => {}
#? x = alice.add(1, 2) => x=3
#? x = names.get_url() => x="http://example.org/"
#? x = names.GetURL() => x="http://example.org/"
#? u in users and u.is_adult() => u=User(alice) ; u=User(carol)
#? x = bob.boss.hello() => x="hi alice"
#? "hi alice" = alice.hello() => {}
#? alice.hello().length() = 8 => {}
#? alice.add(1, 1) > 1 => {}
---
# Floats are floats, everywhere.
#? alice.half(0.5) => {}
#? alice.half(0.25) => none
#? alice.score = 2.5 => {}
#? alice.score > 2.4 => {}
#? pi = 3.5 => {}
#? pi * 2 = 7 => {}
---
# A leading context is filled in.
#? alice.waits(42) => {}
#? alice.waits(41) => none
#? x = alice.ask() => x="asked"
---
# Variadic parameters take any number of arguments, slices and maps are converted.
#? x = alice.sum() => x=0
#? x = alice.sum(1) => x=1
#? x = alice.sum(1, 2, 3) => x=6
#? x = alice.sum_list([1, 2]) => x=3
#? x = alice.sum_list(numbers) => x=6
#? x = alice.sum_list([]) => x=0
#? x = alice.count({a: 1, b: 2}) => x=2
#? x = alice.count(scores) => x=2
---
# Parameters of type any get Go's usual types.
#? x = alice.show(1) => x="int64"
#? x = alice.show(1.5) => x="float64"
#? x = alice.show("a") => x="string"
#? x = alice.show(true) => x="bool"
#? x = alice.show([1]) => x="[]interface {}"
#? x = alice.show({a: 1}) => x="map[string]interface {}"
#? x = alice.show(bob) => x="*polar_test.User"
#? x = alice.show(nil) => x="<nil>"
#? x = alice.show(open) => x="polar_test.Status"
#? x = alice.show(numbers) => x="[]int"
---
# Named types are converted where their kind fits.
#? x = alice.upper("a") => x=Status("A")
#? x = alice.upper(open) => x=Status("OPEN")
#? alice.upper("a") = "A" => {}
#? x = alice.small(5) => x=5
---
# (T, bool): false means no solution. (T, error): an error ends the query.
#? x = alice.find("y") => x=1
#? x = alice.find("z") => none
#? not alice.find("z") = 0 => {}
#? x = alice.load(true) => x="loaded"
#? x = alice.load(false) => error host
#? not alice.load(false) = "loaded" => error host
#? x = alice.load(false) or true => error host
---
# A panic in a method is an error.
#? alice.explode() => error host
#? not alice.explode() => error host
#? true or alice.explode() => {} ; error host
f(u: User) if u.explode();
g(u: User) if u.load(false) = "x";
#? f(alice) => error host at "u.explode()"
#? g(alice) => error host at "u.load(false)"
---
# Results of other kinds: nil, sequences.
#? x = alice.nil() => x=nil
#? x = alice.nil().name => none
#? x in alice.numbers(3) => x=1 ; x=2 ; x=3
#? x = alice.numbers(3) and [a, *_] = x => a=1, x=[1, 2, 3]
#? x in alice.numbers(0) => none
#? 2 in alice.numbers(3) => {}
#? x = alice.numbers(2) => x=[1, 2]
---
# option: limits steps=10000
# A sequence that does not end meets the budget.
#? x in alice.forever() and x = 0 => error budget
#? 0 in alice.forever() => error budget
---
# option: notypes
# Arguments that do not fit are errors of the call.
#? x = alice.greet() => error type
#? x = alice.greet("a", "b") => error type
#? x = alice.greet(1) => error type
#? x = alice.greet(nil) => error type
#? x = alice.add(1.5, 2) => error type
#? x = alice.add("1", 2) => error type
#? x = alice.small(1000) => error type
#? x = alice.older(acme) => error type
#? x = alice.sum(1, "a") => error type
#? x = alice.hello(a: 1) => error class
---
# option: notypes
# Shapes that a policy cannot call.
#? x = alice.pair() => error type
#? x = alice.nothing() => error type
---
# Wrong arguments are found at load.
f(u: User) if u.greet() = "x"; ### "greet"
g(u: User) if u.greet("a", "b") = "x"; ### "greet"
h(u: User) if u.greet(1) = "x"; ### "greet|argument"
i(u: User) if u.hello(name: "a") = "x"; ### "keyword arguments"
j(u: User, o: Org) if u.older(o); ### "older|argument"
k(u: User) if u.is_adult("x"); ### "is_adult"
---
# Methods of Go come before built-in ones.
#? x = open.loud() => x="OPEN!"
#? x = open.lower() => x="lower of Status"
#? x = open.upper() => x="OPEN"
#? x = open.length() => x=4
#? x = task.status.loud() => x="OPEN!"
---
# Constructors.
#? x = new User("zoe", 5) => x=User(zoe)
#? x = new User("zoe", 5) and x.name = "zoe" and x.age = 5 => x=User(zoe)
#? x = new Org("o") and x.name = y => x=Org(o), y="o"
#? new Money(5) = cheap => {}
#? new Money(5) < new Money(6) => {}
#? x = new Point(1, 2) => x=Point(1, 2)
#? new Org("") = new Org("") => error host
#? x = new Point(1) => error host
#? x = new Repo() => error class
#? x = new Nope() => error class
#? new User("a", 1) = new User("a", 1) => none      # two pointers, and no key
#? new Org("o") = new Org("o") => none               # zero keys
---
# option: notypes
#? x = new User("zoe") => error type
#? x = new User("zoe", "five") => error type
#? x = new User(name: "zoe", age: 5) => error class
#? x = new Integer(1) => error class
---
f(x) if x = new Repo(); ### "Repo"
g(x) if x = new Nope(); ### "Nope"
h(x) if x = new User(name: "a", age: 1); ### "keyword arguments"
i(x) if x = new User("a"); ### "."
j(x) if x = new User("a", "b"); ### "."
---
# A rule may build values in its head.
k(new Money(5));
made(new User("zoe", age), age);
#? k(cheap) => {}
#? k(dear) => none
#? made(x, 7) => x=User(zoe)
---
# Methods of times, and of types that are not registered.
#? x = event.at.year() => x=2024
#? event.at.before(event.later) => {}
#? x = event.at.unix() => x=1714979289
#? x = event.id.string() => x="0100"
