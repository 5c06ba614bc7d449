import { Component, type ReactNode } from "react";
import { Failed } from "./states";

interface State {
  error: unknown;
}

/** A view that cannot be shown costs only itself. */
export class Boundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <Failed error={this.state.error} onRetry={() => location.reload()} />;
  }
}
