using System.Collections;

namespace Reuseportd.Runtime.Output;

/// <summary>Ports that one process serves: few as a rule, and 8 KiB where a program goes through them all.</summary>
internal struct PortSet
{
    private const int MostListed = 32;

    private List<ushort>? _few;
    private BitArray? _many;

    /// <param name="port">Of 16 bits.</param>
    /// <returns>Whether it was not there before.</returns>
    public bool Add(int port)
    {
        if (_many is null)
        {
            _few ??= new List<ushort>(1);
            if (_few.Contains((ushort)port)) return false;
            if (_few.Count < MostListed)
            {
                _few.Add((ushort)port);
                return true;
            }

            _many = new BitArray(ushort.MaxValue + 1);
            foreach (var listed in _few) _many[listed] = true;
            _few = null;
        }

        var isNew = !_many[port];
        _many[port] = true;
        return isNew;
    }
}
