# Written by slipway: image-tags.auto.tfvars.json.
variable "image_tags" { type = map(string) }

module "service" {
  source   = "../../modules/service"
  for_each = var.image_tags
  name     = "tracker-${each.key}"
  image    = "127.0.0.1:5077/tracker-${each.key}:${each.value}"
}
