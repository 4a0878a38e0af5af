READERS = "account.group_account_invoice,account.group_account_readonly"
