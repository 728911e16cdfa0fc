resource "aws_cloudwatch_log_group" "states" {
  name              = "/aws/vendedlogs/states/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_sfn_state_machine" "keyturn" {
  name     = var.name
  type     = "STANDARD"
  role_arn = aws_iam_role.states.arn

  definition = templatefile("${path.module}/../state-machine.asl.tftpl", {
    partition                    = local.partition
    function_arn                 = aws_lambda_function.keyturn.arn
    topic_arn                    = aws_sns_topic.told.arn
    max_concurrency              = var.max_concurrency
    tolerated_failure_percentage = var.tolerated_failure_percentage
  })

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.states.arn}:*"
  }

  depends_on = [aws_iam_role_policy.states]
}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["states", "scheduler"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "states" {
  name               = "${var.name}-states"
  description        = "keyturn: the state machine"
  assume_role_policy = data.aws_iam_policy_document.trust["states"].json
}

resource "aws_iam_role_policy" "states" {
  name   = "keyturn"
  role   = aws_iam_role.states.id
  policy = data.aws_iam_policy_document.states.json
}

data "aws_iam_policy_document" "states" {
  statement {
    sid       = "CallTheFunction"
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.keyturn.arn]
  }

  statement {
    sid       = "Tell"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.told.arn]
  }

  # A Distributed Map starts executions of the machine itself.
  statement {
    sid       = "StartChildren"
    actions   = ["states:StartExecution"]
    resources = ["arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${var.name}"]
  }

  statement {
    sid       = "WatchChildren"
    actions   = ["states:DescribeExecution", "states:StopExecution"]
    resources = ["arn:${local.partition}:states:${local.region}:${local.account}:execution:${var.name}/*"]
  }

  # AWS lets nobody narrow the delivery of logs.
  statement {
    sid = "WriteLogs"
    actions = [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ]
    resources = ["*"]
  }
}

resource "aws_scheduler_schedule" "keyturn" {
  name                         = var.name
  description                  = "keyturn: starts a run"
  schedule_expression          = var.schedule
  schedule_expression_timezone = var.schedule_timezone
  state                        = var.schedule_enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_sfn_state_machine.keyturn.arn
    role_arn = aws_iam_role.scheduler.arn

    # The run is named by its time: a start that is repeated is the same run. jsonencode would write the angles of the
    # scheduler's words as escapes.
    input = replace(replace(jsonencode({
      run    = "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>"
      list   = var.list_options
      rotate = var.rotate_options
    }), "\\u003c", "<"), "\\u003e", ">")

    retry_policy {
      maximum_retry_attempts       = 10
      maximum_event_age_in_seconds = 7200
    }

    dead_letter_config {
      arn = aws_sqs_queue.not_started.arn
    }
  }
}

resource "aws_sqs_queue" "not_started" {
  name                      = "${var.name}-not-started"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_iam_role" "scheduler" {
  name               = "${var.name}-scheduler"
  description        = "keyturn: the schedule"
  assume_role_policy = data.aws_iam_policy_document.trust["scheduler"].json
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "keyturn"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    sid       = "StartRuns"
    actions   = ["states:StartExecution"]
    resources = [aws_sfn_state_machine.keyturn.arn]
  }

  statement {
    sid       = "KeepWhatWasNotStarted"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.not_started.arn]
  }
}
