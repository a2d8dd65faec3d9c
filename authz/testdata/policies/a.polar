allow alice read Expense
