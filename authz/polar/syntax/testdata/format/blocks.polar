actor User { }
resource Organization {
roles = ["owner"];
}
resource Repository { permissions = ["read", "push", "create_issues", "list_issues", "assign_roles", "delete", "archive"]; roles = [ "contributor" , "maintainer", "admin", ]; relations = { parent_org: Organization, owner: User, Team };


  "read" if "contributor";   "push" if "maintainer";
  # Inheritance.
  "maintainer" if "admin";

  "contributor" if "owner" on "parent_org" ;
}
thing Bare {}
Nothing {
# only this
}
resource Wide { relations = { parent_organization: Organization, grand_parent_organization: Organization, team: Team }; }
resource C { roles = [ # first
  "a", # an a
  # a b
  "b" # the end
  # closing
  ]; relations = { # none
  }; }
