/** Widgets as notebooks use them: the namespace `nbwidgets`. */
import { currentSession } from "../../session/ambient.js";
import type { TextOptions } from "./controls.js";
import { Text } from "./controls.js";
import type { LookbackOptions } from "./query-time.js";
import { LookbackSlider } from "./query-time.js";

export { QueryTime, type QueryTimeAround } from "../../session/api.js";
export { Accordion, Box, Composite, Tabs } from "./containers.js";
export { Control, type AnyControl, type ControlOptions } from "./control.js";
export {
  Button,
  Checkbox,
  DateTime,
  Dropdown,
  Note,
  NumberInput,
  Password,
  Progress,
  Select,
  SelectMultiple,
  Slider,
  Text,
  type Choice,
  type ChoiceOptions,
  type Choices,
  type NumberOptions,
  type TextOptions,
} from "./controls.js";
export { GetEnvironmentKey, type EnvironmentKeyOptions } from "./environment-key.js";
export { OptionButtons, type OptionButtonsOptions } from "./option-buttons.js";
export { Output } from "./output.js";
export { SelectAlert, type AlertRow, type SelectAlertOptions } from "./select-alert.js";
export { SelectItem, SelectSubset, type SelectItemOptions } from "./select-item.js";
export type { LookbackOptions, TimeUnit } from "./query-time.js";

/** A slider for "how far back" from the session's now; can be given to any query as its time range. MSTICPy's `Lookback`. */
export class Lookback extends LookbackSlider {
  constructor(options: LookbackOptions = {}) {
    const session = currentSession();
    super(options, () => session.clock.now());
  }
}

/** A line of text that the notebook wants to know. MSTICPy's `GetText`. */
export class GetText extends Text {
  constructor(options: TextOptions & { readonly prompt?: string; readonly default?: string } = {}) {
    const value = options.value ?? options.default;
    super({
      ...options,
      label: options.label ?? options.prompt ?? "Enter the value: ",
      ...(value === undefined ? {} : { value }),
    });
  }
}
