# A service on ECS has a task definition and a service. Here terraform_data stands
# for both, so that the sample needs no cloud.

variable "name" { type = string }

variable "image" { type = string }

resource "terraform_data" "task_definition" {
  input            = { family = var.name, image = var.image }
  triggers_replace = var.image
}

resource "terraform_data" "service" {
  input = { name = var.name, task_definition = terraform_data.task_definition.id }
}

output "image" { value = terraform_data.task_definition.output.image }
