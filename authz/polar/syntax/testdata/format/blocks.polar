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
resource Several { relations = { parent : [Folder,Space,], one : [Folder], Folder: [ Folder ] , a_relation_of_a_rather_long_name: [Organization, Team] }; }
resource C { roles = [ # first
  "a", # an a
  # a b
  "b" # the end
  # closing
  ]; relations = { # none
  }; }
