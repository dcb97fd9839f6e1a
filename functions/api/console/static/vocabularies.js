// The closed lists of a persona's fields; a test compares them with the product's.

export const ARCHETYPES = [
  "idealist",
  "realist",
  "warrior",
  "caregiver",
  "seeker",
  "lover",
  "revolutionary",
  "creator",
  "ruler",
  "magician",
  "sage",
  "jester",
];

export const ATTACHMENT_STYLES = [
  "secure",
  "anxious_preoccupied",
  "dismissive_avoidant",
  "fearful_avoidant",
];

export const REGISTERS = [
  "frozen",
  "formal",
  "consultative",
  "casual",
  "intimate",
];

export const SCHWARTZ_VALUES = [
  "self_direction_thought",
  "self_direction_action",
  "stimulation",
  "hedonism",
  "achievement",
  "power_dominance",
  "power_resources",
  "face",
  "security_personal",
  "security_societal",
  "tradition",
  "conformity_rules",
  "conformity_interpersonal",
  "humility",
  "benevolence_dependability",
  "benevolence_caring",
  "universalism_concern",
  "universalism_nature",
  "universalism_tolerance",
];

/** The events that webhooks can receive. */
export const EVENTS = [
  "budget.alert",
  "config.changed",
  "evaluation.completed",
  "evaluation.failed",
  "generation.run.completed",
  "generation.run.failed",
  "generation.run.started",
  "persona.created",
  "persona.deleted",
  "persona.drift_detected",
  "persona.fingerprint.ready",
  "persona.flagged",
  "persona.test_suite_complete",
  "persona.updated",
  "persona.voice_too_close",
  "session.deleted",
  "session.updated",
  "voice_check.completed",
  "webhook.endpoint.disabled",
  "workspace.deleted",
];
