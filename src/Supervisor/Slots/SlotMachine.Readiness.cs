using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <content>From the start of a process to its being ready.</content>
internal static partial class SlotMachine
{
    private readonly partial record struct Stepping
    {
        /// <summary>Ready by now, or when it has to be.</summary>
        private Transition Judge(SlotState.Starting starting)
        {
            if (starting.IsHeld) return GetReady(starting);
            // The answer decides.
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
                // A probe has the last word.
                ReadinessSpec.Probed => Wait(starting),
                _ when !HasSettled(starting) => Wait(starting),
                // Nothing tells that a socket was closed.
                ReadinessSpec.Bind { Settle.Ticks: > 0 } =>
                    Wait(starting with { IsChecked = true }, new SlotAction.Check(Slot.Generation)),
                _ => GetReady(starting),
            };
        }

        /// <summary>The process said that it serves, or a probe did.</summary>
        private Transition Report(SlotState.Starting starting)
        {
            if (starting.IsHeld) return GetReady(starting);
            starting = starting with { ServesSince = starting.ServesSince ?? Now };
            return HasSettled(starting) ? GetReady(starting) : Wait(starting);
        }

        /// <summary>A probe failed: the time to settle begins again with the next one that does not.</summary>
        private Transition Doubt(SlotState.Starting starting) =>
            starting is { ServesSince: not null, IsHeld: false } && Policy.Readiness is ReadinessSpec.Probed
                ? Wait(starting with { ServesSince = null })
                : Stay(Slot);

        private Transition Confirm(SlotState.Starting starting, ValueList<int>? ports)
        {
            // Overtaken by a new policy, or by the end of a tree.
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
                // The delay is shorter than its timeout.
                ReadinessSpec.Delay delay => SettledAt(starting) ?? starting.Since + delay.After,
                ReadinessSpec.Probed => limit,
                _ => SettledAt(starting) is { } settled && settled < limit && !starting.IsChecked ? settled : limit,
            };
            return Become(starting with { Due = due }, actions);
        }

        /// <summary>Whether the deadline that has come is not that of the timeout.</summary>
        private bool IsDueToSettle(SlotState.Starting starting) => Policy.Readiness switch
        {
            ReadinessSpec.Delay => true,
            ReadinessSpec.Probed => false,
            _ => HasSettled(starting) && SettledAt(starting) < starting.Since + Policy.Readiness.Timeout && !starting.IsChecked,
        };

        private bool HasSettled(SlotState.Starting starting) => SettledAt(starting) <= Now;

        private TimeSpan? SettledAt(SlotState.Starting starting) => starting.SettledAt(Policy.Readiness);

        /// <summary>
        /// What a process before it left behind may hold the listening socket and take connections that nobody serves: while that
        /// lives, the slot is held back, and no deadline runs.
        /// </summary>
        private Transition GetReady(SlotState.Starting starting) =>
            Become(Slot.TreesEnding > 0 ? starting with { IsHeld = true, Due = null } : new SlotState.Ready(Now));

        private string Missing(SlotState.Starting starting, string? probeFailure) => Policy.Readiness switch
        {
            { Settle: var settle } when starting.ServesSince is not null =>
                $"served, but not yet for {settle.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s",
            ReadinessSpec.Notify => "no READY=1 came",
            ReadinessSpec.Probed => probeFailure ?? "its probe never answered",
            _ when starting.Coverage.Filter.IsAny => "no port served",
            _ => $"{starting.Coverage.MissingWords} missing",
        };
    }
}
