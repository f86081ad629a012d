using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>How a planned restart goes through the workers.</summary>
internal static class UpdateReader
{
    private const int Most = 10_000;

    private static readonly Words<UpdateOrder> Orders =
        new(("start-first", UpdateOrder.StartFirst), ("stop-first", UpdateOrder.StopFirst));

    private static readonly Words<UpdateFailureAction> FailureActions =
        new(("rollback", UpdateFailureAction.Rollback), ("pause", UpdateFailureAction.Pause));

    public static UpdateSpec Read(Section service)
    {
        var usual = UpdateSpec.Default;
        if (service.Find("update")?.Section() is not { } section) return usual;
        var surge = section.Integer("max_surge", 0, Most);
        var unavailable = section.Integer("max_unavailable", 0, Most);
        var order = Orders.Read(section, "order");
        if (section.IsSound) CheckRoom(section, surge, unavailable, order);

        // What is not written follows what is: no surge, or stop-first, means that a worker is missing for a while.
        var stopFirst = order == UpdateOrder.StopFirst || (order is null && surge == 0);
        var update = new UpdateSpec(
            surge ?? (stopFirst ? 0 : usual.MaxSurge),
            unavailable ?? (stopFirst ? 1 : usual.MaxUnavailable),
            stopFirst ? UpdateOrder.StopFirst : UpdateOrder.StartFirst,
            section.Duration("drain_timeout") ?? usual.DrainTimeout,
            FailureActions.Read(section, "failure_action") ?? usual.FailureAction);
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
