output "state_machine_arn" {
  description = "Start a run by hand with this one"
  value       = aws_sfn_state_machine.keyturn.arn
}

output "function_role_arn" {
  description = "Whom the role in each account trusts"
  value       = aws_iam_role.function.arn
}

output "state" {
  description = "What keyturn status, history and recover take as --state"
  value       = local.state
}
