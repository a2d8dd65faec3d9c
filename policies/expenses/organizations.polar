# What users may do with organizations.

allow(user: User, "read", organization: Organization) if
    user.organization_id = organization.id;
