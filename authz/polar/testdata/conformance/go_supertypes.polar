# A registered Go interface is a supertype of every class that implements it, by value or by pointer.
f(_: Shape, "Shape"); f(_: Solid, "Solid"); f(_: Cube, "Cube"); f(_: Painted, "Painted"); f(_, "any");
#? f(square, x) => x="Shape" ; x="any"
#? f(disc, x) => x="Shape" ; x="any"
#? f(cube, x) => x="Cube" ; x="Solid" ; x="Shape" ; x="Painted" ; x="any"
#? f(alice, x) => x="any"
#? f(no_disc, x) => x="any"
#? f(1, x) => x="any"
#? cube matches Shape => {}
#? cube matches Solid => {}
#? square matches Solid => none
#? disc matches Shape => {}
#? alice matches Shape => none
#? Cube matches Shape => none
#? x in [square, 1, disc, alice] and x matches Shape => x=Square(2.0) ; x=Disc(2.0)
#? x matches Solid and x in [square, cube] => x=Cube(2.0)
#? square.area() = 4 => {}
#? cube matches Shape and cube.area() = 24 => {}
---
# Embedding alone does not make a supertype. Extends does, and it is transitive.
g(_: Document, "Document"); g(_: Report, "Report"); g(_: Annual, "Annual"); g(_: Memo, "Memo"); g(_: {title: "annual"}, "dict"); g(_, "any");
#? g(document, x) => x="Document" ; x="any"
#? g(report, x) => x="Report" ; x="Document" ; x="any"
#? g(annual, x) => x="Annual" ; x="Report" ; x="Document" ; x="dict" ; x="any"
#? g(memo, x) => x="Memo" ; x="any"
#? report matches Document => {}
#? memo matches Document => none
#? document matches Report => none
#? report matches Document{title: "report"} => {}
#? memo.title = "memo" => {}
#? annual matches Document{title: x} => x="annual"
---
# Fields count only between patterns of the same class.
h(_: Document{title: "report"}, "Document with title"); h(_: Report, "Report"); h(_: Report{pages: 12}, "Report with pages");
#? h(report, x) => x="Report with pages" ; x="Report" ; x="Document with title"
---
# A member that only some classes of a supertype have is a warning, and an error for values without it; one that none has is an error.
f(d: Document) if d.pages = 1; ### warning "pages"
g(r: Report) if r.pages = 1 and r.title = "x";
h(s: Shape) if s.volume() = 1; ### warning "volume"
i(s: Solid) if s.volume() = 1 and s.area() = 1;
#? f(annual) => none
#? f(document) => error unknown-attribute
#? h(cube) => none
#? h(square) => error unknown-method
---
f(s: Shape) if s.nope() = 1; ### "nope"
---
# Interfaces keep the order of the source if neither contains the other.
f(_: Painted, "Painted"); f(_: Shape, "Shape");
g(_: Shape, "Shape"); g(_: Painted, "Painted");
#? f(cube, x) => x="Painted" ; x="Shape"
#? g(cube, x) => x="Shape" ; x="Painted"
---
# Matching narrows the type.
f(d: Document) if d matches Report and d.pages = 12;
g(s: Shape) if s matches Solid and s.volume() > 1;
#? f(report) => {}
#? f(document) => none
#? g(cube) => {}
#? g(square) => none
---
# Blocks of a supertype make its subtypes members of the unions.
actor User {}
resource Document { permissions = ["read"]; }
f(_: Resource, "Resource"); f(_: Document, "Document"); f(_: Report, "Report");
#? f(report, x) => x="Report" ; x="Document" ; x="Resource"
#? f(document, x) => x="Document" ; x="Resource"
#? f(memo, x) => none
#? report matches Resource => {}
#? report matches Actor => none
---
# option: fixture guide
# An interface registered as Actor defines the members of the union.
f(_: Actor, "Actor"); f(_: User, "User"); f(_: Guest, "Guest"); f(_, "any");
#? f(ceo, x) => x="User" ; x="Actor" ; x="any"
#? f(guest, x) => x="Guest" ; x="Actor" ; x="any"
#? f(pug, x) => x="any"
#? ceo matches Actor => {}
#? pug matches Actor => none
#? ceo matches Resource => none
---
# option: fixture guide
# Together with the classes that have blocks.
actor Organization {}
f(_: Actor, "Actor"); f(_: Resource, "Resource");
#? f(ceo, x) => x="Actor"
#? f(foo, x) => x="Actor" ; x="Resource"
#? f(pug, x) => none
