/** `builtin:ooda`: observe, orient, decide, act, in cycles until the task is complete (fsm-agent-flow 8 and 18.7). */

/**
 * Below 1.1.0, so that what templates count stays a number. The agents have no model: they get the default profile in
 * force, or are replaced by agents of the calling machine.
 */
export const ooda = `spec: flatmachine
spec_version: "1.0.0"
data:
  name: ooda
  settings: { objective: Carry out a task in cycles of observing, orienting, deciding and acting }
  context:
    task: input.task
    max_cycles: "{{ 5 if input.max_cycles is undefined or input.max_cycles is none else input.max_cycles }}"
    cycle: 0
    material: input.start
    observations: null
    analysis: null
    decision: null
    result: null
    complete: false
  agents:
    observer:
      spec: flatagent
      data:
        name: observer
        system: You collect what is known. You judge nothing and decide nothing.
        user: |
          Task: {{ input.task }}
          {% if input.material %}
          What there is so far:
          {{ input.material }}
          {% endif %}{% if input.feedback %}
          Your last answer was refused: {{ input.feedback }}
          {% endif %}
          List in short bullets what is known and matters for the task.
    analyst:
      spec: flatagent
      data:
        name: analyst
        system: You make sense of observations. You decide nothing.
        user: |
          Task: {{ input.task }}

          Observations:
          {{ input.observations }}
          {% if input.feedback %}
          Your last answer was refused: {{ input.feedback }}
          {% endif %}
          Name the patterns, the constraints and the options.
    decider:
      spec: flatagent
      data:
        name: decider
        system: You choose one action. You do not carry it out.
        user: |
          Task: {{ input.task }}

          Analysis:
          {{ input.analysis }}
          {% if input.feedback %}
          Your last answer was refused: {{ input.feedback }}
          {% endif %}
          Choose exactly one action to take now, and say why.
    executor:
      spec: flatagent
      data:
        name: executor
        system: You carry out the action that was chosen, and give its result. Say whether the whole task is complete with it.
        user: |
          Task: {{ input.task }}

          Action to carry out:
          {{ input.decision }}

          This is cycle {{ input.cycle }} of at most {{ input.max_cycles }}.{% if input.feedback %}
          Your last answer was refused: {{ input.feedback }}{% endif %}
        output:
          content: { type: str, description: The result of the action }
          complete: { type: bool, description: Whether the whole task is complete }
  states:
    observe:
      type: initial
      objective: Collect what is known
      agent: observer
      input: { task: context.task, material: context.material, feedback: context.attempt.feedback }
      key_results:
        - { name: has_observations, description: Not blank, check: size(trim(text(output))) > 0 }
      output_to_context: { observations: output.content }
      transitions: [{ to: orient }]
    orient:
      objective: Make sense of the observations
      agent: analyst
      input: { task: context.task, observations: context.observations, feedback: context.attempt.feedback }
      key_results:
        - { name: has_analysis, description: Not blank, check: size(trim(text(output))) > 0 }
      output_to_context: { analysis: output.content }
      transitions: [{ to: decide }]
    decide:
      objective: Choose one action
      agent: decider
      input: { task: context.task, analysis: context.analysis, feedback: context.attempt.feedback }
      key_results:
        - { name: has_decision, description: Not blank, check: size(trim(text(output))) > 0 }
      output_to_context: { decision: output.content, cycle: "{{ context.cycle + 1 }}" }
      transitions: [{ to: act }]
    act:
      objective: Carry out the chosen action
      agent: executor
      input:
        task: context.task
        decision: context.decision
        cycle: context.cycle
        max_cycles: context.max_cycles
        feedback: context.attempt.feedback
      key_results:
        - { name: has_result, description: Not blank, check: size(trim(text(output))) > 0 }
      output_to_context:
        result: output.content
        material: output.content
        complete: "{{ 'true' if output.complete == true or 'TASK COMPLETE:' in output.content | string else 'false' }}"
      transitions:
        - { condition: context.complete == true, to: done }
        - { condition: context.cycle < context.max_cycles, to: observe }
        - { to: done }
    done:
      type: final
      output: { result: context.result, cycles: context.cycle, complete: context.complete }
`;
