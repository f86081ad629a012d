using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <content>From the start of a process to its readiness.</content>
internal static partial class SlotMachine
{
    private readonly partial record struct Stepping
    {
        /// <summary>Decides whether the process is ready; if not, sets the deadline.</summary>
        private Transition Judge(SlotState.Starting starting)
        {
            if (starting.IsHeld) return GetReady(starting);
            // The answer to the check decides.
            if (starting.IsChecked) return Wait(starting);
            var serves = Policy.Readiness switch
            {
                ReadinessSpec.Delay delay => starting.Since + delay.After <= Now,
                ReadinessSpec.Bind => starting.Coverage.IsWhole,
                _ => starting.ServesSince is not null,
            };
            starting = starting with { ServesSince = serves ? starting.ServesSince ?? Now : null };
            return Policy.Readiness switch
            {
                // The probe decides.
                ReadinessSpec.Probed => Wait(starting),
                _ when !HasSettled(starting) => Wait(starting),
                // No event reports a closed socket, so the kernel is asked.
                ReadinessSpec.Bind { Settle.Ticks: > 0 } =>
                    Wait(starting with { IsChecked = true }, new SlotAction.Check(Slot.Generation)),
                _ => GetReady(starting),
            };
        }

        /// <summary>The process reported its readiness, or a probe succeeded.</summary>
        private Transition Report(SlotState.Starting starting)
        {
            if (starting.IsHeld) return GetReady(starting);
            starting = starting with { ServesSince = starting.ServesSince ?? Now, ProbeFailure = null };
            return HasSettled(starting) ? GetReady(starting) : Wait(starting);
        }

        /// <summary>A probe failed: the settle time begins again with the next probe that succeeds.</summary>
        private Transition Doubt(SlotState.Starting starting, string failure) =>
            !starting.IsHeld && Policy.Readiness is ReadinessSpec.Probed
                ? Wait(starting with { ServesSince = null, ProbeFailure = failure })
                : Stay(Slot);

        private Transition Confirm(SlotState.Starting starting, ValueList<int>? ports)
        {
            // A new policy, or the end of a tree, came before the answer.
            if (!starting.IsChecked || starting.IsHeld) return Stay(Slot);
            if (ports is not { } served) return GetReady(starting);
            var coverage = served.Aggregate(PortCoverage.None(Policy.Ports), (known, port) => known.With(port));
            return coverage.IsWhole
                ? GetReady(starting)
                : Wait(starting with { IsChecked = false, ServesSince = null, Coverage = coverage });
        }

        private Transition Wait(SlotState.Starting starting, params ReadOnlySpan<SlotAction> actions)
        {
            var limit = starting.Since + Policy.Readiness.Timeout;
            var due = Policy.Readiness switch
            {
                // The delay is shorter than the timeout.
                ReadinessSpec.Delay delay => SettledAt(starting) ?? starting.Since + delay.After,
                ReadinessSpec.Probed => limit,
                _ => SettledAt(starting) is { } settled && settled < limit && !starting.IsChecked ? settled : limit,
            };
            return Become(starting with { Due = due }, actions);
        }

        /// <summary>True if the deadline is the end of the delay or of the settle time, not the timeout.</summary>
        private bool IsDueToSettle(SlotState.Starting starting) => Policy.Readiness switch
        {
            ReadinessSpec.Delay => true,
            ReadinessSpec.Probed => false,
            _ => HasSettled(starting) && SettledAt(starting) < starting.Since + Policy.Readiness.Timeout && !starting.IsChecked,
        };

        private bool HasSettled(SlotState.Starting starting) => SettledAt(starting) <= Now;

        private TimeSpan? SettledAt(SlotState.Starting starting) => starting.SettledAt(Policy.Readiness);

        /// <summary>
        /// The process tree of a former process may outlive it and hold the listening socket. Connections to that socket are then
        /// accepted, but not served. While a process of that tree lives, the slot is held without a deadline.
        /// </summary>
        private Transition GetReady(SlotState.Starting starting) =>
            Become(Slot.TreesEnding > 0 ? starting with { IsHeld = true, Due = null } : new SlotState.Ready(Now));

        private MissingReadiness Missing(SlotState.Starting starting) => Policy.Readiness switch
        {
            { Settle: var settle } when starting.ServesSince is not null => new MissingReadiness.SettleTime(settle),
            ReadinessSpec.Notify => new MissingReadiness.Notification(),
            ReadinessSpec.Probed => new MissingReadiness.Probe(starting.ProbeFailure),
            _ => new MissingReadiness.Ports(starting.Coverage),
        };
    }
}
