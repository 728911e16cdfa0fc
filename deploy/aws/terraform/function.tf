data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
  state     = "dynamodb:${var.state_table}@${local.region}"
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_days
}

resource "aws_lambda_function" "keyturn" {
  function_name    = var.name
  description      = "keyturn: lists accounts, rotates the keys of one, sums up a run"
  runtime          = "nodejs22.x"
  architectures    = [var.architecture]
  handler          = "index.handler"
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  memory_size      = var.memory_size
  # The longest there is: an account that takes longer is worked on in rounds.
  timeout                        = 900
  role                           = aws_iam_role.function.arn
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = merge(
      { KEYTURN_STATE = local.state },
      { for parameter in aws_ssm_parameter.config : "KEYTURN_CONFIG" => "ssm:${parameter.name}" },
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function.name
  }
}

data "aws_iam_policy_document" "function_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "${var.name}-function"
  description        = "keyturn: signs for the function"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json
}

resource "aws_iam_role_policy" "function" {
  name   = "keyturn"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

data "aws_iam_policy_document" "function" {
  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }

  statement {
    sid = "KeepState"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
      "dynamodb:ConditionCheckItem",
    ]
    resources = [for table in aws_dynamodb_table.state : table.arn]
  }

  statement {
    sid       = "SealSecrets"
    actions   = ["kms:GenerateDataKey", "kms:Decrypt"]
    resources = [aws_kms_key.sealing.arn]
  }

  statement {
    sid       = "FindAccounts"
    actions   = ["organizations:ListAccounts"]
    resources = ["*"]
  }

  statement {
    sid       = "EnterAccounts"
    actions   = ["sts:AssumeRole"]
    resources = ["arn:${local.partition}:iam::*:role/${var.member_role_name}"]
  }

  # Only a configuration asks, by ou and tag.
  dynamic "statement" {
    for_each = aws_ssm_parameter.config

    content {
      sid       = "ReadConfiguration"
      actions   = ["ssm:GetParameter"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = aws_ssm_parameter.config

    content {
      sid = "TellAccountsApart"
      actions = [
        "organizations:ListRoots",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListAccountsForParent",
        "organizations:ListTagsForResource",
      ]
      resources = ["*"]
    }
  }

  # The same as the role of ../member-role.yaml may do in its account.
  dynamic "statement" {
    for_each = var.own_account ? [local.account] : []

    content {
      sid = "RotateAccessKeys"
      actions = [
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
        "iam:CreateAccessKey",
        "iam:UpdateAccessKey",
        "iam:DeleteAccessKey",
      ]
      resources = ["arn:${local.partition}:iam::${statement.value}:user/*"]
    }
  }

  dynamic "statement" {
    for_each = var.own_account ? [local.account] : []

    content {
      sid = "FindUsers"
      actions = [
        "iam:ListUsers",
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
        "iam:GetAccountSummary",
        "iam:GetAccountAuthorizationDetails",
      ]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = var.own_account ? [local.account] : []

    content {
      sid = "DeliverSecrets"
      actions = concat(
        [
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
          "secretsmanager:DescribeSecret",
        ],
        var.makes_secrets ? ["secretsmanager:CreateSecret", "secretsmanager:TagResource"] : [],
      )
      resources = ["arn:${local.partition}:secretsmanager:*:${statement.value}:secret:${var.own_secrets}"]
    }
  }
}
