using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>Progress of a rolling restart, from one status after another.</summary>
/// <param name="all">True if all shown workers are to be replaced; else only those with an update in a status.</param>
internal sealed class Replacement(bool all)
{
    private const int Width = 20;

    private readonly HashSet<string> _asked = [];
    private IReadOnlyList<WorkerStatus> _workers = [];

    /// <summary>Such as <c>2 of 4 replaced</c>; null if no worker was seen being replaced.</summary>
    public string? Count => _asked.Count == 0 ? null : $"{Shown.Number(Done)} of {Shown.Number(_asked.Count)} replaced";

    /// <summary>The same for a terminal, with the draining workers; null if no worker was seen being replaced.</summary>
    public string? Bar
    {
        get
        {
            if (Count is not { } count) return null;
            var filled = Width * Done / _asked.Count;
            var held = _workers.FirstOrDefault(worker => worker.Draining is not null) is { Draining: { } left } drains
                ? $"; {drains.Name} drains, {Shown.Number(left)} {(left == 1 ? "connection" : "connections")}"
                : "";
            return $"[{new string('#', filled)}{new string('.', Width - filled)}] {count}{held}";
        }
    }

    private int Done => _workers.Count(worker => _asked.Contains(worker.Name) && worker.Updating is null);

    public void See(StatusDocument status)
    {
        _workers = status.Workers;
        var moving = status.Workers.Where(worker => worker.Updating is true).ToArray();
        _asked.UnionWith((all && moving.Length > 0 ? status.Workers : moving).Select(worker => worker.Name));
    }
}
