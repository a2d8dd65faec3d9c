# Attributes only.
allow(doctor: Doctor, "read", record: Record) if
  record.patient.physician = doctor or
  record.patient.id in doctor.patients;
allow(nurse: Nurse, "read", record: Record) if
  record.patient.ward = nurse.ward and
  record.kind != "psychiatric" and
  record.sensitivity < 3;
---
# An interface for all staff.
allow(staff: Staffer, "read", _: Patient) if is_on_duty(staff);
is_on_duty(doctor: Doctor) if doctor.on_call;
is_on_duty(nurse: Nurse) if nurse.shift in ["day", "night"];
---
# Break-glass access: another action, with a reason in the request.
allow(doctor: Doctor, "read", record: Record) if treats(doctor, record.patient);
allow(doctor: Doctor, "break_glass", record: Record) if doctor.on_call and record.kind in ["note", "lab", "image"];
treats(doctor: Doctor, patient: Patient) if patient.physician = doctor;
treats(doctor: Doctor, patient: Patient) if patient.id in doctor.patients;
---
# Patients read their own records, and guardians those of children.
allow(patient: Patient, "read", record: Record) if record.patient = patient;
allow(guardian: Patient, "read", record: Record) if
  record.patient.guardian = guardian.id and
  record.patient.age() < 18;
---
# Sealed records: nil means that nobody has decided.
allow(doctor: Doctor, "read", record: Record) if
  doctor.department = record.department and
  (record.sealed = nil or record.sealed = false);
---
# Consent is a list of departments.
allow(doctor: Doctor, "read", record: Record) if
  doctor.department in record.patient.consented;
allow(doctor: Doctor, "share", record: Record) if
  forall(department in record.patient.consented, department != "research") and
  record.patient.physician = doctor;
---
# Time.
allow(doctor: Doctor, "amend", record: Record) if
  record.patient.physician = doctor and
  record.created <= now;
---
# Roles, computed from the kind of staff.
actor Doctor {}
actor Nurse {}
resource Patient {
  roles = ["physician", "carer"];
  permissions = ["read", "treat", "visit"];
  "treat" if "physician";
  "visit" if "carer";
  "read" if "carer";
  "carer" if "physician";
}
resource Record {
  permissions = ["read", "write"];
  relations = { patient: Patient };
  "read" if "carer" on "patient";
  "write" if "physician" on "patient";
}
has_role(doctor: Doctor, "physician", patient: Patient) if patient.physician = doctor;
has_role(nurse: Nurse, "carer", patient: Patient) if nurse.ward = patient.ward;
has_relation(patient: Patient, "patient", record: Record) if record.patient = patient;
allow(actor, action, resource) if has_permission(actor, action, resource);
---
# Different names for different people in one rule.
allow(actor, "list", Record) if actor matches Doctor or actor matches Nurse;
allow(_: Doctor{on_call: true}, "admit", Patient);
allow(_: Doctor{department: department}, "read", _: Record{department: department});
---
# Purpose as part of the action.
allow(doctor: Doctor, action, record: Record) if
  purpose(action) and doctor.department = record.department;
purpose("read:treatment");
purpose("read:billing");
---
# Exceptions as negated helpers.
allow(staff: Staffer, "read", record: Record) if not restricted(record) and staff matches Doctor;
restricted(_: Record{kind: "psychiatric"});
restricted(record: Record) if record.sensitivity >= 4;
---
# Denials for staff, with tests in the policy.
# option: deny
allow(staff: Staffer, "read", record: Record) if staff matches Doctor and record.sensitivity < 5;
deny(nurse: Nurse, action, record: Record) if record.kind = "psychiatric" and action in ["read", "print"] and nurse.ward != "psychiatry";
?= not is_secret(1);
?= is_secret(5);
is_secret(level) if level > 3;
