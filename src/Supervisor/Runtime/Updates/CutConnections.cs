namespace Reuseportd.Runtime.Updates;

/// <summary>Counts the connections of each service that processes cut as they ended at their drain timeout.</summary>
internal sealed class CutConnections
{
    private readonly Dictionary<int, int> _ofWorkers = [];

    public int OfService { get; private set; }

    public int OfWorker(int index) => _ofWorkers.GetValueOrDefault(index);

    public void Add(int index, int connections)
    {
        OfService += connections;
        _ofWorkers[index] = OfWorker(index) + connections;
    }
}
