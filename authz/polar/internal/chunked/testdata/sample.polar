one ### "first" ### `sec.nd`
two
---
three
four ### "fourth"
