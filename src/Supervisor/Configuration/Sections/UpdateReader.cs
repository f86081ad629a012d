using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads how a rolling restart goes through the workers.</summary>
internal static class UpdateReader
{
    private const int Most = 10_000;

    public static readonly Words<UpdateOrder> Orders =
        new(("start-first", UpdateOrder.StartFirst), ("stop-first", UpdateOrder.StopFirst));

    public static readonly Words<UpdateFailureAction> FailureActions =
        new(("rollback", UpdateFailureAction.Rollback), ("pause", UpdateFailureAction.Pause));

    private static readonly Key Surge =
        Key.Integer("max_surge", 0, Most, "Most workers beyond their number at one time.", UpdateSpec.Default.MaxSurge);

    private static readonly Key Unavailable =
        Key.Integer(
            "max_unavailable", 0, Most, "Most workers that are not ready at one time.", UpdateSpec.Default.MaxUnavailable);

    private static readonly Key Order =
        Key.Choice("order", Orders, "Whether the new worker is ready before the old one is stopped.", UpdateSpec.Default.Order);

    private static readonly Key DrainTimeout =
        Key.Duration(
            "drain_timeout", "How long an old worker may serve the connections that it has.", UpdateSpec.Default.DrainTimeout);

    private static readonly Key FailureAction = Key.Choice(
        "failure_action", FailureActions, "How the daemon reacts if a new worker does not become ready.",
        UpdateSpec.Default.FailureAction);

    public static readonly Key Key = new(
        "update", new Shape.Map(Surge, Unavailable, Order, DrainTimeout, FailureAction),
        "How a rolling restart goes through the workers.");

    public static UpdateSpec Read(Section service)
    {
        var defaults = UpdateSpec.Default;
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape) is not { } section) return defaults;
        var surge = section.Integer(Surge);
        var unavailable = section.Integer(Unavailable);
        var order = Orders.Read(section, Order);
        if (section.IsSound) CheckRoom(section, surge, unavailable, order);

        // A missing key follows the others: without surge, or with stop-first, a worker must be unavailable for a while.
        var stopFirst = order == UpdateOrder.StopFirst || (order is null && surge == 0);
        var update = new UpdateSpec(
            surge ?? (stopFirst ? 0 : defaults.MaxSurge),
            unavailable ?? (stopFirst ? 1 : defaults.MaxUnavailable),
            stopFirst ? UpdateOrder.StopFirst : UpdateOrder.StartFirst,
            section.Duration(DrainTimeout) ?? defaults.DrainTimeout,
            FailureActions.Read(section, FailureAction) ?? defaults.FailureAction);
        section.RejectUnknown();
        return update;
    }

    private static void CheckRoom(Section section, int? surge, int? unavailable, UpdateOrder? order)
    {
        if (surge == 0 && unavailable == 0)
            section.Find("max_unavailable")!.Value.Error("together with max_surge 0, no worker could ever be replaced");
        else if (order == UpdateOrder.StartFirst && surge == 0)
            section.Find("max_surge")!.Value.Error("order start-first needs at least 1");
        else if (order == UpdateOrder.StopFirst && unavailable == 0)
            section.Find("max_unavailable")!.Value.Error("order stop-first needs at least 1");
    }
}
