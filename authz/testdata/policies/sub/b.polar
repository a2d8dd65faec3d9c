allow bob read Expense
