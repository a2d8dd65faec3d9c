# Numbers: integers and floats are compared by value, without rounding.
#? 1 = 1.0 => {}
#? 1 == 1.0 => {}
#? 1 != 1.0 => none
#? x = 1.0 => x=1.0
#? 1 in [1.0] => {}
#? 0.0 = -0.0 => {}
#? 9007199254740993 = 9007199254740992.0 => none
#? 9007199254740993 == 9007199254740992.0 => none
#? 9007199254740993 > 9007199254740992.0 => {}
#? 9007199254740993 < 9007199254740994.0 => {}
#? 9223372036854775807 = 9223372036854775808.0 => none
#? 9223372036854775807 < 9223372036854775808.0 => {}
#? inf > 9223372036854775807 => {}
#? -inf < -9223372036854775807 => {}
#? inf = inf => {}
#? inf = -inf => none
#? 0.1 + 0.2 = 0.3 => none
#? 0.5 = 0.5 => {}
#? 1.5 > 1.2 => {}
---
# nan is equal to nothing.
#? nan = nan => none
#? nan == nan => none
#? nan != nan => {}
#? nan < 1 => none
#? nan > 1 => none
#? nan <= nan => none
#? nan >= nan => none
#? 1 != nan => {}
#? nan in [nan] => none
#? [nan] = [nan] => none
#? [nan] != [nan] => {}
---
# open: not even to itself, as the value of a variable.
#? _x = nan and _x = _x => none
---
# Booleans are not numbers.
#? true = true => {}
#? true = false => none
#~ 1 = true => none
#~ true = 1 => none
#~ 0 = false => none
#~ 1 == true => none            # == is = on ground operands
#~ 1 != true => {}
#~ false == 0 => none
#? true == true => {}
#? true != false => {}
#~ 1 in [true] => none
---
# Strings.
#? "a" = "a" => {}
#? "a" = "A" => none
#? "a" == "a" => {}
#? "a" != "b" => {}
#? "" = "" => {}
#? "é" = "é" => none           # no Unicode normalization
#~ "1" = 1 => none
#~ "1" == 1 => none
#~ "1" != 1 => {}
#~ "true" = true => none
---
# Lists compare element by element.
#? [] = [] => {}
#? [1, 2] = [1, 2] => {}
#? [1, 2] = [2, 1] => none
#? [1] = [1, 2] => none
#? [1, 2.0] = [1.0, 2] => {}
#? [1] == [1] => {}
#? [1] != [1] => none
#? [1] != [2] => {}
#? [] == [] => {}
#? [] != [] => none
#? [[1], [2, [3]]] == [[1], [2, [3]]] => {}
#? [[1], [2, [3]]] == [[1], [2, [4]]] => none
#~ [1] = 1 => none
#~ [1] == 1 => none
#~ ["a"] = "a" => none
#? [1, true] = [true, 1] => none
---
# Dictionaries compare key by key.
#? {} = {} => {}
#? {a: 1} = {a: 1} => {}
#? {a: 1, b: 2} = {b: 2, a: 1} => {}
#? {a: 1} = {a: 2} => none
#? {a: 1} = {b: 1} => none
#? {a: 1} = {a: 1, b: 2} => none
#? {a: 1} == {a: 1} => {}
#? {a: 1} == {a: 1.0} => {}
#? {a: 1} != {a: 1} => none
#? {a: 1} != {a: 2} => {}
#? {a: 1} != {} => {}
#? {a: {b: [1]}} == {a: {b: [1]}} => {}
#~ {} = [] => none
#~ {} == [] => none
#~ {} != [] => {}
#~ {a: 1} = [["a", 1]] => none
---
# Unification binds variables in any place.
#? x = 1 => x=1
#? 1 = x => x=1
#? x = 1 and x = 1 => x=1
#? x = 1 and x = 2 => none
#? x = "a" and y = x and z = y => x="a", y="a", z="a"
#? x = y and y = z and z = 1 => x=1, y=1, z=1
#? x = y and z = w and y = z and w = 1 => w=1, x=1, y=1, z=1
#? x = y => x=_, y=_
#? x = y and y = z => x=_, y=_, z=_
#? x = x => x=_
#? [x, 2] = [1, y] => x=1, y=2
#? [x, x] = [1, 2] => none
#? [x, x] = [1, 1] => x=1
#? [x, y] = [y, 1] => x=1, y=1
#? {a: x, b: y} = {a: 1, b: x} => x=1, y=1
#? {a: x} = {a: {b: 1}} => x={b: 1}
#? {a: x} = {b: 1} => none
#? [[x], y] = [[1], [x]] => x=1, y=[1]
#? x = [y] and y = 1 => x=[1], y=1
#? x = {a: y} and y = 1 => x={a: 1}, y=1
#? x = [y] => x=[_], y=_
---
# Rest variables take the tail of a list.
#? [*x] = [1, 2] => x=[1, 2]
#? [*x] = [] => x=[]
#? [1, *x] = [1, 2, 3] => x=[2, 3]
#? [1, *x] = [1] => x=[]
#? [1, *x] = [] => none
#? [1, *x] = [2, 3] => none
#? [x, *y] = [1, 2, 3] => x=1, y=[2, 3]
#? [x, y, *z] = [1] => none
#? [1, 2, *x] = [y, *z] and z = [2, 3] => x=[3], y=1, z=[2, 3]
#? [x, *y] = [1, *z] and z = [2] => x=1, y=[2], z=[2]
#? [1, 2, *x] = [1, *y] and x = [3] => x=[3], y=[2, 3]
#? y = 1 and [*y] = [1] => none
#? y = [2] and [1, *y] = [1, 2] => y=[2]
#? [*x] = [*y] and x = [1] => x=[1], y=[1]
#~ [*x] = 1 => none
#~ [*x] = "ab" => none
#~ [*_] = {a: 1} => none
#? x = [1, *y] and y = [2, *z] and z = [] => x=[1, 2], y=[2], z=[]
#? x = [1, *y] and y = [2] and [_, *z] = x => x=[1, 2], y=[2], z=[2]
---
# open: a list whose rest is still unknown at the end is not a value: the solution cannot be reported.
#? x = [1, *y] => error unbound
---
# open: a list whose rest is not a list is an error.
#? y = 1 and x = [2, *y] => error type
#? x = [2, *y] and y = 1 => error type
---
# A variable cannot contain itself.
#? x = [x] => none
#? x = [1, x] => none
#? x = {a: x} => none
#? x = [y] and y = [x] => none
#? x = [y] and y = {a: z} and z = x => none
#? x = [1, *x] => none
#? [x, y] = [[y], [x]] => none
#? not x = [x] => {}            # x occurs nowhere else
#? x = y and x = [y] => none
---
# The same in rule calls.
f(x, [x]) if true;
#? f(x, x) => none
#? f(1, [1]) => {}
#? f(x, y) and x = 1 => x=1, y=[1]
---
# A shared variable keeps its value through structures and calls.
same(x, x);
pair(x, y, [x, y]);
#? same(1, 1) => {}
#? same(1, 2) => none
#? same(1, 1.0) => {}
#? same([1, x], [y, 2]) => x=2, y=1
#? same(x, y) and y = 3 => x=3, y=3
#? same({a: x}, {a: [1]}) => x=[1]
#? pair(1, x, [y, 2]) => x=2, y=1
#? pair(x, y, z) and x = 1 and y = 2 => x=1, y=2, z=[1, 2]
#? same(alice, alice) => {}
#? same(alice, bob) => none
---
# Bindings are undone before the next alternative.
f(x) if (x = 1 or x = 2) and x > 1;
g(x, y) if (x = 1 and y = 1) or x = 2 and y = 2;   ### warning "."
#? f(x) => x=2
#? g(x, y) => x=1, y=1 ; x=2, y=2
#? (x = 1 and x = 2) or y = 3 => y=3
#? x = 1 or x = 2 or x = 3 => x=1 ; x=2 ; x=3
#? x = 1 or x = 1 => x=1 ; x=1
#? true or true => {} ; {}
#? (x = 1 or x = 2) and (y = 1 or y = 2) => x=1, y=1 ; x=1, y=2 ; x=2, y=1 ; x=2, y=2
---
# Constants are values: they are never bound or reported.
f(answer);
#? f(42) => {}
#? f(41) => none
#? f(x) => x=42
#? answer = 42 => {}
#? answer = x => x=42
#? answer = x and x = 43 => none
#? answer + 1 = 43 => {}
#? [answer, x] = [42, 1] => x=1
