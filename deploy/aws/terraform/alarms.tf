# A run that failed, one that never was, and what the schedule could not start.

resource "aws_sns_topic" "told" {
  name = var.name
}

resource "aws_sns_topic_subscription" "email" {
  count = var.notify_email == null ? 0 : 1

  topic_arn = aws_sns_topic.told.arn
  protocol  = "email"
  endpoint  = var.notify_email
}

resource "aws_cloudwatch_metric_alarm" "run_failed" {
  alarm_name          = "${var.name}-run-failed"
  alarm_description   = "keyturn: a run failed; the execution's cause is its summary in one line"
  namespace           = "AWS/States"
  metric_name         = "ExecutionsFailed"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.keyturn.arn }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.told.arn]
}

resource "aws_cloudwatch_metric_alarm" "run_missing" {
  alarm_name          = "${var.name}-run-missing"
  alarm_description   = "keyturn: no run was started for a day"
  namespace           = "AWS/States"
  metric_name         = "ExecutionsStarted"
  dimensions          = { StateMachineArn = aws_sfn_state_machine.keyturn.arn }
  statistic           = "Sum"
  period              = 86400
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  actions_enabled     = var.schedule_enabled
  alarm_actions       = [aws_sns_topic.told.arn]
}

resource "aws_cloudwatch_metric_alarm" "not_started" {
  alarm_name          = "${var.name}-not-started"
  alarm_description   = "keyturn: the schedule could not start a run; the queue has its reason"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.not_started.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.told.arn]
}

resource "aws_cloudwatch_metric_alarm" "function_throttled" {
  alarm_name          = "${var.name}-throttled"
  alarm_description   = "keyturn: the account has no room for so many invocations at once"
  namespace           = "AWS/Lambda"
  metric_name         = "Throttles"
  dimensions          = { FunctionName = aws_lambda_function.keyturn.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 10
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.told.arn]
}
