# Strings.
#? x = "a/b/c".split("/") => x=["a", "b", "c"]
#? x = "/a/b".split("/") => x=["", "a", "b"]
#? x = "".split("/") => x=[""]
#? x = "a".split("/") => x=["a"]
#? x = "a--b".split("--") => x=["a", "b"]
#? x = "a,,b".split(",") => x=["a", "", "b"]
#? "abc".startswith("ab") => {}
#? "abc".startswith("b") => none
#? "abc".startswith("") => {}
#? "abc".starts_with("ab") => {}
#? "abc".endswith("bc") => {}
#? "abc".endswith("b") => none
#? "abc".ends_with("bc") => {}
#? "abc".contains("b") => {}
#? "abc".contains("ac") => none
#? "abc".contains("") => {}
#? x = "aBÉ".lower() => x="abé"
#? x = "aBé".upper() => x="ABÉ"
#? x = " \ta b\n ".strip() => x="a b"
#? x = "".strip() => x=""
#? x = "banana".replace("an", "o") => x="booa"
#? x = "abc".replace("x", "y") => x="abc"
#? x = "abc".replace("b", "") => x="ac"
#? x = "abc".length() => x=3
#? x = "".length() => x=0
#? x = "héllo世".length() => x=6           # characters, not bytes
#? not "abc".startswith("b") => {}
#? "abc".startswith("ab") = true => {}
#? x = "A B".lower().split(" ") => x=["a", "b"]
#? ["", *rest] = "/a/b".split("/") => rest=["a", "b"]
#? s in "a b".split(" ") => s="a" ; s="b"
#? greeting.upper() = "HELLO" => {}
#? alice.name.startswith("al") => {}
#? u in users and u.name.contains("o") => u=User(bob) ; u=User(carol)
#? alice.name.length() > 3 => {}
---
# Lists and dictionaries.
#? x = [1, 2].length() => x=2
#? x = [].length() => x=0
#? [1, 2].contains(2) => {}
#? [1, 2].contains(2.0) => {}
#? [1, 2].contains(3) => none
#? [1, 2].contains("1") => none
#? [[1]].contains([1]) => {}
#? [nil].contains(nil) => {}
#? users.contains(alice) => {}
#? users.contains(alice_again) => none
#? kinds.orgs.contains(acme_again) => {}
#? x = numbers.length() => x=3
#? alice.tags.contains("x") => {}
#? not [1].contains(2) => {}
#? x = {b: 1, a: 2}.keys() => x=["a", "b"]
#? x = {}.keys() => x=[]
#? x = {a: 1}.get("a") => x=1
#? x = {a: nil}.get("a") => x=nil
#? x = scores.get("b") => x=2
#? x = scores.keys() => x=["a", "b"]
#? x = {get: 1}.get => x=1
#? x = {get: 1}.get("get") => x=1
#? x = {length: 2}.length => x=2
---
# open: get with a missing key has no solution, like a lookup.
#? x = {a: 1}.get("b") => none
#? not {a: 1}.get("b") = nil => {}
---
# open: splitting at the empty string is an error.
#? x = "abc".split("") => error type
---
# They are methods: there are no such attributes, and other classes do not have them.
#? x = "abc".length => error unknown-attribute
#? x = [1].length => error unknown-attribute
#? x = {a: 1}.keys => none
#? x = (1).length() => error unknown-method
#? x = true.lower() => error unknown-method
#? x = "abc".keys() => error unknown-method
#? x = [1].split(",") => error unknown-method
#? x = {a: 1}.length() => error unknown-method
#? x = alice.length() => error unknown-method
#? x = "abc".trim() => error unknown-method
#? x = [1].append(2) => error unknown-method
#? x = "abc".format(1) => error unknown-method
#? not "abc".startwith("a") => error unknown-method
---
# option: notypes
# Their arguments are checked.
#? x = "abc".split() => error type
#? x = "abc".split(1) => error type
#? x = "abc".split("a", "b") => error type
#? x = "abc".startswith(1) => error type
#? x = "abc".replace("a") => error type
#? x = "abc".length(1) => error type
#? x = [1].contains() => error type
#? x = {a: 1}.get(1) => error type
#? x = {a: 1}.get() => error type
---
# open: nil as an argument has no solution.
#? x = "abc".split(nil) => none
#? "abc".startswith(nil) => none
#? not "abc".startswith(nil) => {}
---
# They wait for the values that they need.
#? x = s.lower() and s = "A" => s="A", x="a"
#? [y].contains(1) and y = 1 => y=1
#? [y].contains(1) and y = 2 => none
---
# Misspelled methods of values known to be strings are found at load.
f(x: String) if x.startwith("/"); ### "startwith.*starts?_?with"
g(x: List) if x.len() = 1; ### "len"
h(x: User) if x.name.uper() = "A"; ### "uper.*upper"
---
# The limits hold for built-in methods too.
# option: limits bytes=100000
double(s, 0, s);
double(s, n, r) if n > 0 and t = s.replace("a", "aa") and double(t, n - 1, r);
#? double("a", 3, x) => x="aaaaaaaa"
#? double("a", 40, _) => error budget
---
# The path of a request.
segments(path, xs) if ["", *xs] = path.split("/");
route("GET", ["users", id], id);
route("GET", ["users", id, *rest], [id, rest]);
#? segments("/users/1", x) => x=["users", "1"]
#? segments("users/1", x) => none
#? segments("/users/1", xs) and route("GET", xs, x) => x="1", xs=["users", "1"] ; x=["1", []], xs=["users", "1"]
#? segments("/users/1/posts", xs) and route(m, xs, x) => m="GET", x=["1", ["posts"]], xs=["users", "1", "posts"]
