# The policy of a back office, one rule for each way to be allowed.
package bench

default allow := false

implied := {
	"member": {"member", "support", "accountant", "admin"},
	"support": {"support"},
	"accountant": {"accountant"},
	"admin": {"admin"},
}

has_role(name, organization) if {
	some role in input.user.roles
	role.organization == organization.id
	role.name in implied[name]
}

maintains(project) if project.owner == input.user.id
maintains(project) if has_role("admin", project.organization)

reads(project) if maintains(project)
reads(project) if has_role("member", project.organization)

reads_document(document) if { document.state == "published"; reads(document.project) }
reads_document(document) if document.author == input.user.id

allow if { input.action == "read"; input.resource.type == "Organization"; has_role("member", input.resource) }
allow if { input.action == "bill"; input.resource.type == "Organization"; has_role("accountant", input.resource) }
allow if { input.action == "invite"; input.resource.type == "Organization"; has_role("support", input.resource) }
allow if { input.action == "invite"; input.resource.type == "Organization"; has_role("admin", input.resource) }
allow if { input.action == "update"; input.resource.type == "Organization"; has_role("admin", input.resource) }
allow if { input.action == "delete"; input.resource.type == "Organization"; has_role("admin", input.resource) }

allow if { input.action == "read"; input.resource.type == "Team"; has_role("member", input.resource.organization) }
allow if { input.action == "update"; input.resource.type == "Team"; has_role("admin", input.resource.organization) }
allow if { input.action == "delete"; input.resource.type == "Team"; has_role("admin", input.resource.organization) }
allow if { input.action == "update"; input.resource.type == "Team"; input.resource.lead == input.user.id }
allow if { input.action == "leave"; input.resource.type == "Team"; input.user.id in input.resource.members }

allow if { input.action == "read"; input.resource.type == "Project"; input.resource.public }
allow if { input.action == "read"; input.resource.type == "Project"; reads(input.resource) }
allow if { input.action == "update"; input.resource.type == "Project"; maintains(input.resource) }
allow if { input.action == "archive"; input.resource.type == "Project"; maintains(input.resource) }
allow if { input.action == "delete"; input.resource.type == "Project"; has_role("admin", input.resource.organization) }

allow if { input.action == "comment"; input.resource.type == "Document"; reads(input.resource.project) }
allow if { input.action == "publish"; input.resource.type == "Document"; maintains(input.resource.project) }
allow if { input.action == "delete"; input.resource.type == "Document"; maintains(input.resource.project) }
allow if { input.action == "read"; input.resource.type == "Document"; reads_document(input.resource) }
allow if { input.action == "update"; input.resource.type == "Document"; input.resource.author == input.user.id; input.resource.state == "draft" }

allow if { input.action == "read"; input.resource.type == "Comment"; reads_document(input.resource.document) }
allow if { input.action == "update"; input.resource.type == "Comment"; input.resource.author == input.user.id; not input.resource.locked }
allow if { input.action == "delete"; input.resource.type == "Comment"; input.resource.author == input.user.id }
allow if { input.action == "delete"; input.resource.type == "Comment"; maintains(input.resource.document.project) }

allow if { input.action == "read"; input.resource.type == "Expense"; input.resource.user == input.user.id }
allow if { input.action == "read"; input.resource.type == "Expense"; has_role("accountant", input.resource.organization) }
allow if { input.action == "update"; input.resource.type == "Expense"; input.resource.user == input.user.id; input.resource.state in {"draft", "rejected"} }
allow if { input.action == "submit"; input.resource.type == "Expense"; input.resource.user == input.user.id; input.resource.state == "draft" }
allow if { input.action == "approve"; input.resource.type == "Expense"; input.resource.state == "submitted"; input.resource.amount <= 100000; input.resource.user != input.user.id; has_role("accountant", input.resource.organization) }
allow if { input.action == "approve"; input.resource.type == "Expense"; input.resource.state == "submitted"; input.resource.user != input.user.id; has_role("admin", input.resource.organization) }

allow if { input.action == "read"; input.resource.type == "Invoice"; has_role("accountant", input.resource.organization) }
allow if { input.action == "read"; input.resource.type == "Invoice"; has_role("admin", input.resource.organization) }
allow if { input.action == "pay"; input.resource.type == "Invoice"; input.resource.state == "open"; input.resource.amount <= 1000000; has_role("accountant", input.resource.organization) }
allow if { input.action == "void"; input.resource.type == "Invoice"; input.resource.state == "open"; has_role("admin", input.resource.organization) }

allow if { input.action == "read"; input.resource.type == "Ticket"; has_role("member", input.resource.organization) }
allow if { input.action == "close"; input.resource.type == "Ticket"; input.resource.state == "open"; input.resource.reporter == input.user.id }
allow if { input.action == "close"; input.resource.type == "Ticket"; input.resource.state == "open"; input.resource.assignee == input.user.id }
allow if { input.action == "assign"; input.resource.type == "Ticket"; has_role("support", input.resource.organization) }

allow if { input.action == "read"; input.resource.type == "Contract"; not input.resource.confidential; has_role("member", input.resource.organization) }
allow if { input.action == "read"; input.resource.type == "Contract"; has_role("admin", input.resource.organization) }
allow if { input.action == "sign"; input.resource.type == "Contract"; input.resource.signer == input.user.id; input.resource.state == "open" }

allow if { input.action == "read"; input.resource.type == "Repository"; input.resource.public }
allow if { input.action == "push"; input.resource.type == "Repository"; has_role("member", input.resource.organization) }
allow if { input.action == "publish"; input.resource.type == "Release"; input.resource.state == "draft"; has_role("admin", input.resource.repository.organization) }
