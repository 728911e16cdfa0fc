variable "name" {
  description = "The name of everything that has one"
  type        = string
  default     = "keyturn"
}

variable "package" {
  description = "The path of keyturn.zip, made by npm run bundle:lambda"
  type        = string
}

variable "memory_size" {
  description = "Memory of the function, in MB"
  type        = number
  default     = 512
}

variable "architecture" {
  description = "arm64 or x86_64: the package is the same"
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture takes arm64 or x86_64."
  }
}

variable "reserved_concurrency" {
  description = "So many invocations of the account are kept for it, and it takes no more; -1 for neither"
  type        = number
  default     = -1
}

variable "list_options" {
  description = "Fields of mode list"
  type        = any
  default     = { organization = true, role_name = "keyturn-member" }
}

variable "rotate_options" {
  description = "Fields of mode rotate. As it is shipped it only reads"
  type        = any
  default = {
    dry_run         = true
    role_name       = "keyturn-member"
    before_next_run = "2d"
    deliver         = ["secrets-manager=app/{user}"]
  }
}

variable "config" {
  description = "What stands in keyturn.yaml, kept in a parameter; none when null"
  type        = string
  default     = null
}

variable "member_role_name" {
  description = "The role in each account that the function may take on, after its path (../member-role.yaml makes it); the options name it too"
  type        = string
  default     = "keyturn-member"
}

variable "own_account" {
  description = "Whether keys of this account are rotated too"
  type        = bool
  default     = true
}

variable "own_secrets" {
  description = "The secrets of this account that may be written, as a pattern of names"
  type        = string
  default     = "app/*"
}

variable "makes_secrets" {
  description = "Whether secrets of this account that do not exist may be made, for runs with create_missing"
  type        = bool
  default     = false
}

variable "schedule" {
  description = "When a run starts, in words of EventBridge Scheduler"
  type        = string
  default     = "cron(17 2 * * ? *)"
}

variable "schedule_timezone" {
  description = "The time zone of the schedule"
  type        = string
  default     = "UTC"
}

variable "schedule_enabled" {
  description = "Whether runs start by themselves"
  type        = bool
  default     = true
}

variable "max_concurrency" {
  description = "Accounts, or slices of one, that are worked on at the same time"
  type        = number
  default     = 10
}

variable "tolerated_failure_percentage" {
  description = "When more of them fail, no further one is begun"
  type        = number
  default     = 10
}

variable "state_table" {
  description = "The table of the journal; the one of sealed secrets is called the same with -custody"
  type        = string
  default     = "keyturn"
}

variable "log_days" {
  description = "For how long logs are kept"
  type        = number
  default     = 365
}

variable "notify_email" {
  description = "Who gets the summary of each run and the alarms; nobody when null"
  type        = string
  default     = null
}
