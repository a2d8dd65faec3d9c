# A loaded relation is read like a field.
#? x = reds.name => x="reds"
#? x = reds.lead.name => x="ann"
#? p in reds.players => p=Player(ann) ; p=Player(ben)
#? reds.players.length() = 2 => {}
#? ann.team = reds => {}
---
# A relation that is not loaded is fetched: a nil slice, or a nil pointer whose key is not nil.
#? x = blues.lead.name => x="cal"
#? p in blues.players => p=Player(cal) ; p=Player(dan)
#? blues.lead = cal => {}
#? blues.players = [cal, _] => {}
#? not blues.lead.name = "ann" => {}
---
# A nil key means that there is no row, and a non-nil empty slice means that there are no rows.
#? greens.lead = nil => {}
#? x = greens.lead.name => none
#? p in greens.players => none
#? forall(p in greens.players, p.name = "x") => {}
---
# A relation that cannot be fetched is an error, not a denial.
#? x = ghosts.lead => error host
#? not ghosts.lead.name = "x" => error host
#? p in ghosts.players => error host
#? forall(p in ghosts.players, p.name = "x") => error host
#? ann.team = reds and eve.team = reds => error host
#? not eve.team = reds => error host
---
# option: limits fetches=2
# Fetched relations are remembered within a query, by the keys of rows, and counted.
#? x = blues.lead.name and y = blues.lead.name and z = blues.lead.name => x="cal", y="cal", z="cal"
#? blues.lead.name = "cal" and blues.players.length() = 2 => {}
#? blues.lead.name = "cal" and blues.players.length() = 2 and whites.lead.name = "cal" => {}
#? blues.lead.name = "cal" and blues.players.length() = 2 and whites.players.length() > 0 => error budget
---
# Attributes of fetched rows, and relations of relations.
captain(p: Player, t: Team) if t.lead = p;
mates(p: Player, q: Player) if p.team = t and t matches Team and q in t.players and q != p;
#? captain(cal, blues) => {}
#? captain(ann, blues) => none
#? captain(p, blues) => p=Player(cal)
#? mates(ann, q) => q=Player(ben)
