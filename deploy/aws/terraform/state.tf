# What is kept. The journal can be restored; sealed secrets are in no backup, because what was in custody is the pair
# that works now.

locals {
  tables = {
    (var.state_table)            = true
    "${var.state_table}-custody" = false
  }
}

resource "aws_dynamodb_table" "state" {
  for_each = local.tables

  name                        = each.key
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = each.value
  }

  server_side_encryption {
    enabled = true
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_key" "sealing" {
  description         = "keyturn: seals the secrets of new keys"
  enable_key_rotation = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "sealing" {
  name          = "alias/${var.state_table}"
  target_key_id = aws_kms_key.sealing.key_id

  # By it a run finds the key: without it, state init --create would make a second one.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_ssm_parameter" "config" {
  count = var.config == null ? 0 : 1

  name        = "/${var.name}/config"
  description = "keyturn.yaml"
  type        = "String"
  tier        = "Intelligent-Tiering"
  value       = var.config
}
