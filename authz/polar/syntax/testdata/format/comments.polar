# a comment


# the guide's
allow(actor: Actor,"GET",request:Request) if request.path.split("/") = [_, "expenses", *rest] and allow_by_path(actor, "GET", "expenses", rest); # tail

allow_by_path(_, "GET", "expenses", [_id]);
allow(user: User, "read", expense: Expense) if # why
   user.id = expense.user_id
   and # because
   # own line
   not user.banned;
type f(x: Integer);   
?= f(1);
resource Repo { # c0
  # c1
  roles = ["reader", "admin" ];   # c2


  relations = {parent:Org, owner: User,}; # c3
  "read" if "reader"; "reader" if "admin" on "parent";
  # last
} # after
actor User {}
actor Empty { # only a comment
}
f( # c4
) if x = [ # c5
1, 2 # c6
, # c7
*r # c8
] # c9
# c10
;
g(x # in
 , y # second
 ) if # third
 (x = 1 or y = 2) and (z = 1 and forall(x in [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20], x = 1000000000 and y = 20000000000000));
h(x) if 1 .foo = x.if(1,  "b", a: 2) and x matches User{name: "a", org: Org{id}, tags: ["a", x + 1, *_]} or (not (not x)) and a mod -1 < 2;
